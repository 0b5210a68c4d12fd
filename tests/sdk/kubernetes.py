"""The manifests of a folder, against the schemas of Kubernetes. Unknown members are errors.

Argument: the folder. `SPINAPP_CRD` may name the CustomResourceDefinition of SpinApp (spinframework/spin-operator,
config/crd/bases), which is not kept here; without it, only the form of a SpinApp is looked at. Each line of output is a
document and its kind.
"""

import os
import sys
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
        print(path.name, document.get("metadata", {}).get("name", ""), kind)
