"""Keys, secrets, topics, rules, alarms and logs of a region."""

from __future__ import annotations

import json

from fake_clouds.aws_place import LOWER, PAIRS, PROD, Place
from fake_clouds.moto import ACCOUNT


class Messages(Place):
    """Seeds them."""

    def _keys_and_secrets(self) -> None:
        kms, truth = self.client("kms"), self.truth
        made = kms.create_key(Description="orders", Tags=[{"TagKey": "env", "TagValue": "prod"}])["KeyMetadata"]
        kms.create_alias(AliasName="alias/orders", TargetKeyId=made["KeyId"])
        self.key = truth.add(made["Arn"], "aws.kms.key", self.region, name="alias/orders", tags=PROD)
        secret = self.client("secretsmanager").create_secret(
            Name="db-password", SecretString="hunter2", KmsKeyId=made["Arn"], Tags=PAIRS
        )
        self.secret = truth.add(
            secret["ARN"], "aws.secretsmanager.secret", self.region, name="db-password", tags=PROD
        )
        truth.link(self.secret, self.key, "uses")

    # -- messages -------------------------------------------------------------------------------------------

    def _messages(self) -> None:
        truth, web = self.truth, self.web
        sns = self.client("sns")
        self.topics: dict[str, str] = {}
        for name in ("events", "alerts"):
            attributes = {"KmsMasterKeyId": "alias/orders"} if name == "events" else {}
            made = sns.create_topic(Name=name, Attributes=attributes, Tags=PAIRS)["TopicArn"]
            self.topics[name] = truth.add(made, "aws.sns.topic", self.region, name=name, tags=PROD)
        truth.link(self.topics["events"], self.key, "uses")
        sns.subscribe(TopicArn=self.topics["events"], Protocol="sqs", Endpoint=web.queues[1])
        truth.link(self.topics["events"], web.queues[1], "routes_to")
        sns.subscribe(TopicArn=self.topics["events"], Protocol="lambda", Endpoint=web.function_arns[2])
        truth.link(self.topics["events"], web.function_arns[2], "routes_to")
        sns.subscribe(TopicArn=self.topics["alerts"], Protocol="email", Endpoint="ops@example.com")

        queue_url = f"https://sqs.{self.region}.amazonaws.com/{ACCOUNT}/work-2"
        definition = {
            "StartAt": "Work",
            "States": {
                "Work": {"Type": "Task", "Resource": web.function_arns[3], "Next": "Tell"},
                "Tell": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::sqs:sendMessage",
                    "Parameters": {"QueueUrl": queue_url},
                    "Next": "Shout",
                },
                "Shout": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::sns:publish",
                    "Parameters": {"TopicArn": self.topics["alerts"]},
                    "End": True,
                },
            },
        }
        made = self.client("stepfunctions").create_state_machine(
            name="orders", definition=json.dumps(definition), roleArn=web.roles["batch"], tags=LOWER
        )["stateMachineArn"]
        self.machine = truth.add(made, "aws.sfn.state_machine", self.region, name="orders", tags=PROD)
        truth.link(made, web.roles["batch"], "runs_as")
        truth.link(made, web.function_arns[3], "routes_to")
        truth.link(made, web.queues[2], "routes_to")
        truth.link(made, self.topics["alerts"], "routes_to")

        events = self.client("events")
        rule = events.put_rule(Name="nightly", ScheduleExpression="rate(1 day)")["RuleArn"]
        truth.add(rule, "aws.events.rule", self.region, name="nightly")
        targets = [web.function_arns[5], web.queues[5], self.machine]
        events.put_targets(
            Rule="nightly",
            Targets=[
                {"Id": str(index), "Arn": arn, "RoleArn": web.roles["batch"]} for index, arn in enumerate(targets)
            ],
        )
        for target in targets:
            truth.link(rule, target, "routes_to")
        events.create_event_bus(Name="orders")
        placed = events.put_rule(Name="placed", EventBusName="orders", EventPattern='{"source": ["shop"]}')[
            "RuleArn"
        ]
        truth.add(placed, "aws.events.rule", self.region, name="placed")
        events.put_targets(
            Rule="placed", EventBusName="orders", Targets=[{"Id": "0", "Arn": web.function_arns[6]}]
        )
        truth.link(placed, web.function_arns[6], "routes_to")

        watch = self.client("cloudwatch")
        for name, namespace, dimension, value, target in (
            ("cpu", "AWS/EC2", "InstanceId", web.machines[1], web.ec2_arn("instance", web.machines[1])),
            ("depth", "AWS/SQS", "QueueName", "work-3", web.queues[3]),
            ("space", "AWS/RDS", "DBInstanceIdentifier", "orders-0", self.arn("rds", "db:orders-0")),
        ):
            watch.put_metric_alarm(
                AlarmName=name,
                Namespace=namespace,
                MetricName="CPUUtilization",
                Dimensions=[{"Name": dimension, "Value": value}],
                Statistic="Average",
                Period=60,
                EvaluationPeriods=1,
                Threshold=80,
                ComparisonOperator="GreaterThanThreshold",
                AlarmActions=[self.topics["alerts"]],
                Tags=PAIRS,
            )
            alarm = truth.add(
                self.arn("cloudwatch", f"alarm:{name}"), "aws.cloudwatch.alarm", self.region, name=name, tags=PROD
            )
            truth.link(alarm, self.topics["alerts"], "routes_to")
            truth.link(alarm, target, "uses")
        self.client("logs").create_log_group(logGroupName="/aws/lambda/handler-0", tags=PROD)
        log = truth.add(
            self.arn("logs", "log-group:/aws/lambda/handler-0"),
            "aws.logs.log_group",
            self.region,
            name="/aws/lambda/handler-0",
        )
        truth.link(web.function_arns[0], log, "uses")
