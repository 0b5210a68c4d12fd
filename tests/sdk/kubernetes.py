"""The manifests of a folder, against the schemas of Kubernetes. Unknown members are errors. So are pods whose connections
no NetworkPolicy of the same folder limits, and policies that let out to private addresses.

Argument: the folder. `SPINAPP_CRD` may name the CustomResourceDefinition of SpinApp (spinframework/spin-operator,
config/crd/bases), which is not kept here; without it, only the form of a SpinApp is looked at. Each line of output is a
document and its kind.
"""

import os
import sys
from collections import defaultdict
from ipaddress import ip_network
from pathlib import Path

import jsonschema
import kubernetes_validate
import yaml

VERSION = "1.31"


def strict(schema):
    """The same schema, in which no object has a member that is not described."""
    if isinstance(schema, dict):
        closed = {name: strict(value) for name, value in schema.items()}
        if "properties" in closed and "additionalProperties" not in closed:
            closed["additionalProperties"] = False
        return closed
    return [strict(one) for one in schema] if isinstance(schema, list) else schema


def spin_app(document) -> None:
    crd = os.environ.get("SPINAPP_CRD")
    if crd is None:
        assert set(document) == {"apiVersion", "kind", "metadata", "spec"}, document
        return
    schema = yaml.safe_load(Path(crd).read_text())["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    spec = strict(schema["properties"]["spec"])
    jsonschema.validate(document["spec"], spec)


def pod_labels(document):
    """The labels of the pods of a workload. `None` for other documents."""
    if document["kind"] == "SpinApp":
        # The operator sets this one.
        return {"core.spinkube.dev/app-name": document["metadata"]["name"]}
    spec = document.get("spec", {})
    spec = spec.get("jobTemplate", {}).get("spec", spec)
    return spec.get("template", {}).get("metadata", {}).get("labels")


def selects(selector, labels) -> bool:
    for one in selector.get("matchExpressions", []):
        assert one["operator"] == "NotIn", one
        if labels.get(one["key"]) in one["values"]:
            return False
    return selector.get("matchLabels", {}).items() <= labels.items()


PRIVATE = ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"]
PRIVATE += ["::1/128", "64:ff9b::/96", "fc00::/7", "fe80::/10"]


def check_peers(peers) -> None:
    """Each rule names its peers, and a block of addresses leaves the private ones out."""
    assert peers, "a rule without a peer allows all"
    for block in (peer["ipBlock"] for peer in peers if "ipBlock" in peer):
        allowed = ip_network(block["cidr"])
        without = [ip_network(one) for one in block["except"]]
        for private in map(ip_network, PRIVATE):
            if private.version == allowed.version and private.subnet_of(allowed):
                assert any(private.subnet_of(one) for one in without), f"{private} in {block}"


def check_policies(workloads, policies) -> None:
    for labels in workloads:
        for direction, peers in [("Ingress", "from"), ("Egress", "to")]:
            limits = [one for one in policies if direction in one["policyTypes"] and selects(one["podSelector"], labels)]
            assert limits, f"no policy limits {direction} of {labels}"
            for rule in (rule for one in limits for rule in one.get(direction.lower(), [])):
                assert rule.get("ports"), f"{direction} of {labels} on all ports"
                check_peers(rule.get(peers))


workloads, policies = defaultdict(list), defaultdict(list)
for path in sorted(Path(sys.argv[1]).rglob("*.yaml")):
    for document in yaml.safe_load_all(path.read_text()):
        kind = document["kind"]
        if kind == "SpinApp":
            spin_app(document)
        elif kind == "Kustomization":
            for file in document["resources"]:
                assert (path.parent / file).exists(), file
        else:
            kubernetes_validate.validate(document, VERSION, strict=True)
        if kind == "NetworkPolicy":
            policies[path.parent].append(document["spec"])
        elif labels := pod_labels(document):
            workloads[path.parent].append(labels)
        print(path.name, document.get("metadata", {}).get("name", ""), kind)
for folder, labels in workloads.items():
    check_policies(labels, policies[folder])
