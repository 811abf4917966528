"""Links that AWS writes in its own way: host names, aliases, texts with ARNs in them, names in dimensions."""

from __future__ import annotations

import json
from typing import Any

from cloudviz.inventory.model import RawItem, Scope, Shape
from cloudviz.normalise import normalise

HERE = Scope("aws", "123456789012", "eu-west-1")
GLOBAL = Scope("aws", "123456789012", "")
BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/Front/1"


def live(key: str, body: dict[str, Any], scope: Scope = HERE) -> RawItem:
    return RawItem(scope, "", body, key)


def filed(native: str, attributes: dict[str, Any], scope: Scope = HERE) -> RawItem:
    return RawItem(scope, native, attributes, shape=Shape.TERRAFORM)


def links(*items: RawItem) -> set[tuple[str, str, str]]:
    graph, problems = normalise(items)
    assert problems == []
    return {(link.source, link.kind, link.target) for link in graph.links}


def balancer() -> RawItem:
    host = "Front-1.eu-west-1.elb.amazonaws.com"
    body = {"LoadBalancerArn": BALANCER, "LoadBalancerName": "Front", "Type": "application", "DNSName": host}
    return live("aws.elbv2.alb", body)


def test_records_find_what_they_alias_whatever_the_case_and_the_dots() -> None:
    zone = live(
        "aws.route53.hosted_zone",
        {
            "Id": "Z1",
            "Name": "example.com.",
            "Records": [
                {
                    "Type": "A",
                    "AliasTarget": {"DNSName": "dualstack.front-1.eu-west-1.elb.amazonaws.com."},
                },
                {"Type": "CNAME", "ResourceRecords": [{"Value": "other.example.net"}]},
                {"Type": "TXT", "ResourceRecords": [{"Value": "front-1.eu-west-1.elb.amazonaws.com"}]},
            ],
        },
        GLOBAL,
    )
    assert links(balancer(), zone) == {("arn:aws:route53:::hostedzone/Z1", "routes_to", BALANCER)}
    # A host that nothing has makes no link to something made up.
    assert links(zone) == set()


def test_a_state_s_records_say_the_same() -> None:
    zone = filed("aws_route53_zone", {"zone_id": "Z1", "name": "example.com"}, GLOBAL)
    alias = {"name": "dualstack.front-1.eu-west-1.elb.amazonaws.com", "zone_id": "Z9"}
    record = filed("aws_route53_record", {"zone_id": "Z1", "id": "Z1_x_A", "alias": [alias]}, GLOBAL)
    assert links(balancer(), zone, record) == {("arn:aws:route53:::hostedzone/Z1", "routes_to", BALANCER)}


def test_a_distribution_finds_buckets_by_every_form_of_host() -> None:
    bucket = live("aws.s3.bucket", {"Name": "my.static", "BucketRegion": "eu-west-1"}, GLOBAL)
    for host in (
        "my.static.s3.amazonaws.com",
        "my.static.s3.eu-west-1.amazonaws.com",
        "my.static.s3-website-eu-west-1.amazonaws.com",
        "my.static.s3-website.eu-central-1.amazonaws.com",
    ):
        distribution = live(
            "aws.cloudfront.distribution",
            {
                "Id": "E1",
                "ARN": "arn:aws:cloudfront::123456789012:distribution/E1",
                "Origins": {"Items": [{"DomainName": host}]},
            },
            GLOBAL,
        )
        source = "arn:aws:cloudfront::123456789012:distribution/E1"
        assert links(bucket, distribution) == {(source, "routes_to", "arn:aws:s3:::my.static")}, host


def test_a_key_is_found_by_its_alias() -> None:
    arn = "arn:aws:kms:eu-west-1:123456789012:key/1a2b"
    key = live("aws.kms.key", {"KeyId": "1a2b", "Arn": arn, "Aliases": [{"AliasName": "alias/orders"}]})
    topic = "arn:aws:sns:eu-west-1:123456789012:events"
    named = live("aws.sns.topic", {"TopicArn": topic, "KmsMasterKeyId": "alias/orders"})
    assert links(key, named) == {(topic, "uses", arn)}
    # AWS's own key is no resource of the account unless the account lists it.
    assert links(live("aws.sns.topic", {"TopicArn": topic, "KmsMasterKeyId": "alias/aws/sns"})) == set()


def test_the_steps_of_a_machine_are_read_out_of_its_definition() -> None:
    function = "arn:aws:lambda:eu-west-1:123456789012:function:work"
    definition = {
        "States": {
            "A": {"Resource": f"{function}:live"},
            "B": {
                "Resource": "arn:aws:states:::sqs:sendMessage",
                "Parameters": {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs.fifo"},
            },
        }
    }
    arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders"
    machine = {"stateMachineArn": arn, "name": "orders", "definition": json.dumps(definition)}
    expected = {
        (arn, "routes_to", function),
        (arn, "routes_to", "arn:aws:sqs:eu-west-1:123456789012:jobs.fifo"),
    }
    assert links(live("aws.sfn.state_machine", machine)) == expected
    state = {"arn": arn, "name": "orders", "definition": machine["definition"]}
    assert links(filed("aws_sfn_state_machine", state)) == expected


def test_an_alarm_watches_what_its_dimension_names_live_and_in_a_state() -> None:
    arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:depth"
    topic = "arn:aws:sns:eu-west-1:123456789012:alerts"
    queue = "arn:aws:sqs:eu-west-1:123456789012:work"
    expected = {(arn, "routes_to", topic), (arn, "uses", queue)}
    body = {
        "AlarmArn": arn,
        "AlarmName": "depth",
        "AlarmActions": [topic, "arn:aws:automate:eu-west-1:ec2:stop"],
        "Dimensions": [{"Name": "QueueName", "Value": "work"}, {"Name": "ApiName", "Value": "work"}],
    }
    assert links(live("aws.cloudwatch.alarm", body)) == expected
    attributes = {
        "arn": arn,
        "alarm_name": "depth",
        "alarm_actions": body["AlarmActions"],
        "dimensions": {"QueueName": "work", "ApiName": "work"},
    }
    assert links(filed("aws_cloudwatch_metric_alarm", attributes)) == expected


def test_an_api_calls_the_functions_in_its_integrations() -> None:
    function = "arn:aws:lambda:eu-west-1:123456789012:function:shop"
    uri = f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{function}:live/invocations"
    method = {"methodIntegration": {"uri": uri}}
    body = {"id": "abc", "name": "shop", "Resources": [{"resourceMethods": {"GET": method, "POST": method}}]}
    api = "arn:aws:apigateway:eu-west-1::/restapis/abc"
    assert links(live("aws.apigateway.rest_api", body)) == {(api, "routes_to", function)}
    state = filed("aws_api_gateway_rest_api", {"id": "abc", "name": "shop"})
    integration = filed("aws_api_gateway_integration", {"id": "x", "rest_api_id": "abc", "uri": uri})
    assert links(state, integration) == {(api, "routes_to", function)}


def test_a_fargate_service_of_a_state_is_one() -> None:
    arn = "arn:aws:ecs:eu-west-1:123456789012:service/app/api"
    base = {"id": arn, "name": "api", "cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/app"}
    strategy = [{"capacity_provider": "FARGATE_SPOT", "base": 0, "weight": 1}]
    for more, key in (
        ({"launch_type": "FARGATE"}, "aws.ecs.fargate_service"),
        ({"launch_type": "", "capacity_provider_strategy": strategy}, "aws.ecs.fargate_service"),
        ({"launch_type": "EC2"}, "aws.ecs.service"),
        ({}, "aws.ecs.service"),
    ):
        graph, problems = normalise([filed("aws_ecs_service", {**base, **more})])
        assert problems == []
        assert {each.id: each.type for each in graph.resources.values()} == {arn: key}


def test_a_collection_s_arn_that_lacks_its_first_word_is_made_whole() -> None:
    body = {"CollectionId": "faces", "CollectionARN": "aws:rekognition:eu-west-1:123456789012:collection/faces"}
    graph, _ = normalise([live("aws.rekognition.collection", body)])
    assert set(graph.resources) == {"arn:aws:rekognition:eu-west-1:123456789012:collection/faces"}
