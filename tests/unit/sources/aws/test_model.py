"""Page tokens and names of actions, as botocore's models have them."""

from __future__ import annotations

from cloudviz.sources.aws.model import action, paging, takes_list


def test_actions_are_named_as_iam_names_them() -> None:
    assert action("rds", "describe_db_instances") == "rds:DescribeDBInstances"
    assert action("elbv2", "describe_load_balancers") == "elasticloadbalancing:DescribeLoadBalancers"
    assert action("resourcegroupstaggingapi", "get_resources") == "tag:GetResources"


def test_a_token_leads_to_the_next_page() -> None:
    rules = paging("ec2", "describe_instances")
    assert rules is not None
    assert rules.next_arguments({"NextToken": "n"}) == {"NextToken": "n"}
    assert rules.next_arguments({"NextToken": ""}) is None
    assert rules.next_arguments({}) is None


def test_a_token_may_change_its_name() -> None:
    rules = paging("dynamodb", "list_tables")
    assert rules is not None
    assert rules.next_arguments({"LastEvaluatedTableName": "t"}) == {"ExclusiveStartTableName": "t"}


def test_more_must_be_said_where_a_service_says_it() -> None:
    rules = paging("iam", "get_account_authorization_details")
    assert rules is not None
    assert rules.next_arguments({"IsTruncated": False, "Marker": "m"}) is None
    assert rules.next_arguments({"IsTruncated": True, "Marker": "m"}) == {"Marker": "m"}


def test_some_operations_answer_all_at_once_and_some_page_without_botocore_saying_so() -> None:
    assert paging("ec2", "describe_addresses") is None
    assert paging("sts", "get_caller_identity") is None
    assert paging("ce", "get_cost_and_usage") is not None


def test_lists_among_parameters() -> None:
    assert takes_list("sqs", "get_queue_attributes", "AttributeNames")
    assert not takes_list("sqs", "get_queue_attributes", "QueueUrl")
