"""Models that answer, and notebooks."""

from __future__ import annotations

from fake_clouds.aws_place import PAIRS, PROD, Place


class Learning(Place):
    """Seeds them."""

    def _learning(self) -> None:
        truth, web, maker = self.truth, self.web, self.client("sagemaker")
        maker.create_model(
            ModelName="rank",
            ExecutionRoleArn=web.roles["web"],
            PrimaryContainer={"Image": "rank:1", "ModelDataUrl": "s3://x/m.tgz"},
        )
        maker.create_endpoint_config(
            EndpointConfigName="rank-1",
            ProductionVariants=[
                {
                    "VariantName": "all",
                    "ModelName": "rank",
                    "InitialInstanceCount": 1,
                    "InstanceType": "ml.m5.large",
                }
            ],
            KmsKeyId=self.key,
        )
        made = maker.create_endpoint(EndpointName="rank", EndpointConfigName="rank-1", Tags=PAIRS)["EndpointArn"]
        truth.add(made, "aws.sagemaker.endpoint", self.region, name="rank", tags=PROD)
        truth.link(made, self.key, "uses")
        book = maker.create_notebook_instance(
            NotebookInstanceName="lab",
            InstanceType="ml.t3.medium",
            SubnetId=web.private[0],
            SecurityGroupIds=[web.groups["web-app"]],
            RoleArn=web.roles["web"],
            KmsKeyId=self.key,
            Tags=PAIRS,
        )["NotebookInstanceArn"]
        truth.add(book, "aws.sagemaker.notebook_instance", self.region, name="lab", tags=PROD)
        self.parent(book, web.ec2_arn("subnet", web.private[0]))
        self.guarded(book, "web-app", adopted=False)
        truth.link(book, web.roles["web"], "runs_as")
        truth.link(book, self.key, "uses")

        comprehend = self.client("comprehend")
        model = comprehend.create_document_classifier(
            DocumentClassifierName="mail",
            DataAccessRoleArn=web.roles["batch"],
            LanguageCode="en",
            InputDataConfig={"S3Uri": "s3://x/mail/"},
        )["DocumentClassifierArn"]
        truth.add(model, "aws.comprehend.document_classifier", self.region, name="mail")
        truth.link(model, web.roles["batch"], "runs_as")
        end = comprehend.create_endpoint(EndpointName="mail", ModelArn=model, DesiredInferenceUnits=1, Tags=PAIRS)[
            "EndpointArn"
        ]
        truth.add(end, "aws.comprehend.endpoint", self.region, name="mail", tags=PROD)
        truth.link(end, model, "uses")

        self.client("rekognition").create_collection(CollectionId="visitors")
        faces = truth.add(
            self.arn("rekognition", "collection/visitors"),
            "aws.rekognition.collection",
            self.region,
            name="visitors",
            tags=PROD,
        )
        self.bulk[faces] = PROD
