"""Which nodes a pod may run on: node selector, required affinity, tolerations, as fleet columns."""

from __future__ import annotations

from dataclasses import dataclass, field

from wharfage.inputs.fields import Field
from wharfage.inputs.kubernetes.labels import MEANINGS, VERBATIM, Meaning, meaning
from wharfage.inputs.places import quoted

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
SPOT = {"purchase_option": "spot"}

#: values of a label that a pod accepts, and where it says so
Accepted = dict[str, tuple[set[str], Field]]


@dataclass
class Placement:
    """Fleet columns that the placement of a pod settles; notes as pairs of code and text."""

    columns: Meaning = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)


def read_placement(pod: Field) -> Placement:
    """Placement of a pod's spec; contradictions are noted as problems."""
    found = Placement()
    decided: dict[str, tuple[str, str]] = {}
    for label, (values, where) in _accepted(pod).items():
        for column, value in _settled(label, values, found).items():
            first = decided.setdefault(column, (value, label))
            if first[0] != value:
                where.wrong(
                    f"{label} asks for {column} {quoted(value)},"
                    f" {first[1]} for {quoted(first[0])}; no node is both"
                )
    found.columns = {column: value for column, (value, _) in decided.items()}
    _operating_system(pod, found)
    if "purchase_option" not in found.columns:
        _spot_that_is_not_required(pod, found)
    return found


def _settled(label: str, values: set[str], found: Placement) -> Meaning:
    """Columns on which every accepted value of a label agrees."""
    meanings = [meaning(label, value) for value in sorted(values)]
    known = [each for each in meanings if each is not None]
    if len(known) < len(meanings):
        unknown = ", ".join(quoted(v) for v in sorted(values) if meaning(label, v) is None)
        found.notes.append(("unknown_label_value", f"{label} {unknown} is not known; ignored"))
    if not known or len(known) < len(meanings):
        return {}
    agreed = dict(set.intersection(*(set(each.items()) for each in known)))
    for column in sorted({column for each in known for column in each} - set(agreed)):
        text = f"{column} may be any of {', '.join(sorted(values))}; the default is used"
        found.notes.append(("open_placement", text))
    return agreed


def _accepted(pod: Field) -> Accepted:
    """Values of the known labels that node selector and affinity leave, by label."""
    accepted: Accepted = {}
    for label, value in pod["nodeSelector"].items():
        if label in MEANINGS or label in VERBATIM:
            accepted[label] = ({value.text()}, value)
    affinity = pod.at("affinity", "nodeAffinity", REQUIRED)
    for label, values in _affinity(affinity).items():
        before, _ = accepted.get(label, (values, affinity))
        if not before & values:
            either = " and ".join(", ".join(sorted(each)) or "nothing" for each in (before, values))
            affinity.wrong(f"no node fits: {label} must be {quoted(either)} at once")
            continue
        accepted[label] = (before & values, affinity)
    return accepted


def _affinity(required: Field) -> dict[str, set[str]]:
    """Values that required terms accept: a label counts if every term, being one of several, names it."""
    terms = [_term(term) for term in required["nodeSelectorTerms"].each()]
    if not terms:
        return {}
    shared = set.intersection(*(set(term) for term in terms))
    return {label: set().union(*(term[label] for term in terms)) for label in sorted(shared)}


def _term(term: Field) -> dict[str, set[str]]:
    accepted: dict[str, set[str]] = {}
    for expression in term["matchExpressions"].each():
        label, operator = expression["key"].text(), expression["operator"].text()
        values = {value.text() for value in expression["values"].each()}
        if operator == "NotIn" and label in MEANINGS:
            small = {value.lower() for value in values}
            values = {value for value in MEANINGS[label] if value not in small}
        elif operator != "In" or (label not in MEANINGS and label not in VERBATIM):
            continue
        accepted[label] = accepted.get(label, values) & values
    return accepted


def _operating_system(pod: Field, found: Placement) -> None:
    stated = pod.at("os", "name")
    name = stated.text()
    labelled = found.columns.get("operating_system")
    if name and labelled and name != labelled:
        stated.wrong(f"the pod's os is {quoted(name)}, its node's must be {quoted(labelled)}")
    if name:
        found.columns["operating_system"] = name


def _spot_that_is_not_required(pod: Field, found: Placement) -> None:
    """Note where Spot is preferred or tolerated: the pod may as well run on demand."""
    for preference in pod.at("affinity", "nodeAffinity", PREFERRED).each():
        term = _term(preference["preference"])
        if any(_is_spot(label, value) for label, values in term.items() for value in values):
            text = "prefers Spot, does not require it; priced on demand"
            found.notes.append(("prefers_spot", text))
            return
    for toleration in pod["tolerations"].each():
        if _is_spot(toleration["key"].text(), toleration["value"].text()):
            text = "tolerates Spot nodes, does not require them; priced on demand"
            found.notes.append(("tolerates_spot", text))
            return


def _is_spot(label: str, value: str) -> bool:
    return SPOT.items() <= (meaning(label, value) or {}).items()
