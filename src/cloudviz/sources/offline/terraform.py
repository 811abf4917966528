"""What every Terraform format comes down to: instances of resources, each with an address and attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cloudviz.catalogue.registry import catalogue
from cloudviz.inventory.model import Problem, RawItem, Scope, Shape
from cloudviz.sources.offline.format import Asked, Contents, Document
from cloudviz.sources.offline.kept import Kept
from cloudviz.sources.offline.terraform_scope import Own, Places, own_place
from cloudviz.sources.offline.terraform_types import is_helper, is_setting, provider_of

REDACTED = "[redacted]"

LONG_TEXT = 32_768
"""Texts above this many characters (rendered templates, packed user data) are cut: no picture needs them, and they
are what makes states of hundreds of megabytes."""

_KEPT_OF_LONG = 1_000
_IDENTITY = ("id", "arn", "self_link", "name")
_NEVER_HIDDEN = frozenset({"id", "arn", "self_link"})
_ASK_EVERY = 512


@dataclass(slots=True)
class Instance:
    """One resource instance of a state or plan.

    Attributes:
        address: how Terraform names it: ``module.web.aws_instance.this[0]``.
        native_type: its resource type.
        configuration: the provider configuration it belongs to, aliases told apart.
        attributes: its attributes, nested. They are the file's own objects and may be changed.
        managed: false for data sources.
    """

    address: str
    native_type: str
    configuration: str
    attributes: dict[str, Any]
    managed: bool = True


def address_of(module: object, native_type: str, name: str, index: object = None, *, data: bool = False) -> str:
    """The address as Terraform prints it."""
    parts = [str(module)] if module else []
    parts.extend(["data"] if data else [])
    key = "" if index is None else f"[{index}]" if isinstance(index, int) else f'["{index}"]'
    return ".".join([*parts, native_type, name]) + key


def collect(instances: Iterable[Instance], document: Document, asked: Asked) -> Contents:
    """The contents of a document from its instances, in their order.

    Data sources are read for the account and region they tell; helpers (random_id) and settings of other
    resources (aws_s3_bucket_policy) are counted in ``left_out``, unless the catalogue makes a link of them.
    """
    name = document.name
    contents = Contents.of(document)
    places = Places(asked)
    joins = catalogue().joins
    details = _Details()
    kept: list[tuple[Instance, Own]] | Kept[tuple[Instance, Own]]
    kept = [] if document.elements is None else Kept()
    managed = 0
    for number, instance in enumerate(instances):
        if number % _ASK_EVERY == 0:
            asked.go_on()
        facts = places.facts(instance.configuration)
        if not instance.managed:
            facts.data_source(instance.native_type, instance.attributes)
            continue
        managed += 1
        native_type = instance.native_type
        is_join = native_type in joins
        if not is_join and (is_helper(native_type) or is_setting(native_type)):
            contents.left_out[native_type] = contents.left_out.get(native_type, 0) + 1
            continue
        own = own_place(provider_of(native_type), instance.attributes)
        texts = survey(instance.attributes)
        if own.provider == "aws":
            facts.mention(texts)
        if not is_join:
            facts.learn(own)
            if not any(instance.attributes.get(field) for field in _IDENTITY):
                contents.problems.append(
                    Problem(native_type, "has no id and was left out", f"{name}: {instance.address}")
                )
                continue
        details.learn(instance)
        kept.append((instance, own))
    for instance, own in kept.drained() if isinstance(kept, Kept) else kept:
        details.lay(instance)
        # A join only lends its links the scope to resolve names in; where it is itself matters to nobody.
        address = "" if instance.native_type in joins else instance.address
        scope = places.scope(own, instance.configuration, instance.native_type, address)
        contents.items.append(_item(instance, scope, name))
    contents.problems.extend(places.problems(name))
    if not managed:
        contents.problems.append(Problem("", "holds no resources", name, loss=False))
    return contents


_LAID: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    # Only the subnet group knows the network of a database, and only the cluster the groups of a member.
    ("db_subnet_group_name", "aws_db_subnet_group", ("name", "id"), "db_subnet_group"),
    ("cluster_identifier", "aws_rds_cluster", ("cluster_identifier", "id"), ""),
)
"""(attribute that names, type named, attributes that hold the name, attribute to lay the named one into)."""

_LAID_FIELDS = ("vpc_id", "subnet_ids", "vpc_security_group_ids")


class _Details:
    """What is laid into databases as a live scan lays it in too, from the resources that they name."""

    def __init__(self) -> None:
        self._named: dict[tuple[str, str, str], tuple[str, dict[str, Any]]] = {}

    def learn(self, instance: Instance) -> None:
        """Take in what others may name."""
        for _, named_type, names, _ in _LAID:
            if instance.native_type == named_type:
                laid = {key: instance.attributes[key] for key in _LAID_FIELDS if instance.attributes.get(key)}
                for name in names:
                    key = (instance.configuration, named_type, str(instance.attributes.get(name)))
                    self._named[key] = (instance.address, laid)

    def lay(self, instance: Instance) -> None:
        """Lay into an instance what it names."""
        for naming, named_type, _, into in _LAID if self._named else ():
            name = str(instance.attributes.get(naming))
            address, laid = self._named.get((instance.configuration, named_type, name), ("", None))
            if laid is None or address == instance.address:
                continue
            if into:
                instance.attributes.setdefault(into, [laid])
            else:
                instance.attributes = {**laid, **instance.attributes}


def _item(instance: Instance, scope: Scope, name: str) -> RawItem:
    where = f"{name}: {instance.address}"
    native = _azapi(instance) if instance.native_type.startswith("azapi_") else None
    if native is not None:
        return RawItem(scope, native[0], native[1], where=where)
    return RawItem(scope, instance.native_type, instance.attributes, shape=Shape.TERRAFORM, where=where)


def _azapi(instance: Instance) -> tuple[str, dict[str, Any]] | None:
    """``azapi_resource`` writes ARM's own bodies: its type is ``Microsoft.Web/sites@2023-12-01``."""
    attributes = instance.attributes
    arm_type, _, version = str(attributes.get("type", "")).partition("@")
    if not version or not attributes.get("id"):
        return None
    body: dict[str, Any] = {}
    for source in ("body", "output"):
        value = attributes.get(source)
        if isinstance(value, Mapping) and isinstance(value.get("value"), Mapping) and "type" in value:
            value = value["value"]  # a dynamic value carries its type
        if isinstance(value, Mapping):
            body.update(value)
    for name in ("id", "name", "location", "tags", "identity"):
        if attributes.get(name):
            body[name] = attributes[name]
    return arm_type.lower(), body


def survey(attributes: dict[str, Any]) -> list[str]:
    """Cut long texts in place, and return the ARNs that the attributes mention."""
    arns: list[str] = []
    waiting: list[Any] = [attributes]
    while waiting:
        holder = waiting.pop()
        for key, value in holder.items() if isinstance(holder, dict) else enumerate(holder):
            kind = type(value)  # of what JSON holds there are no kinds of a kind
            if kind is str:
                if value[:4] == "arn:":
                    arns.append(value)
                elif len(value) > LONG_TEXT:
                    holder[key] = f"{value[:_KEPT_OF_LONG]}… ({len(value):,} characters)"
            elif (kind is dict or kind is list) and value:
                waiting.append(value)
    return arns


def hide_paths(attributes: dict[str, Any], paths: object) -> None:
    """Replace what ``sensitive_attributes`` of a v4 state names: paths of get_attr and index steps.

    Where a path leads into what can't be indexed (a set names its element by value), all of that is hidden.
    """
    if not isinstance(paths, list):
        return
    for path in paths:
        steps = [_step(step) for step in path] if isinstance(path, list) else [path]
        if not steps or (len(steps) == 1 and isinstance(steps[0], str) and steps[0] in _NEVER_HIDDEN):
            continue
        holder: Any = attributes
        last: tuple[Any, Any] | None = None
        for step in steps:
            below = _below(holder, step)
            if below is None:
                if isinstance(holder, dict) and isinstance(step, str):
                    last = None  # it is not there, so that there is nothing to hide
                break
            last = (holder, step)
            holder = below
        if last is not None:
            last[0][last[1]] = REDACTED


def _step(step: object) -> object:
    value = step.get("value") if isinstance(step, dict) else step
    return value.get("value") if isinstance(value, dict) else value


def _below(holder: Any, step: object) -> Any:
    if isinstance(holder, dict) and isinstance(step, str):
        return holder.get(step)
    if isinstance(holder, list) and isinstance(step, int) and 0 <= step < len(holder):
        return holder[step]
    return None


def hide_marked(attributes: dict[str, Any], marks: object) -> None:
    """Replace what ``sensitive_values`` of ``terraform show -json`` marks: a tree with true at the secrets."""
    waiting: list[tuple[Any, Any, bool]] = [(attributes, marks, True)]
    while waiting:
        holder, marked, top = waiting.pop()
        if isinstance(holder, dict) and isinstance(marked, dict):
            pairs: list[tuple[Any, Any]] = [(key, mark) for key, mark in marked.items() if key in holder]
        elif isinstance(holder, list) and isinstance(marked, list):
            pairs = list(enumerate(marked))[: len(holder)]
        else:
            continue
        for key, mark in pairs:
            if mark is True:
                # An id is no secret here: without it a resource could not be told from another.
                if holder[key] is not None and not (top and key in _NEVER_HIDDEN):
                    holder[key] = REDACTED
            else:
                waiting.append((holder[key], mark, False))
