"""Holds an API description to the schema of OpenAPI 3.1, and its examples to its own schemas."""

import json
import sys
from urllib.request import urlopen

from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

document = json.load(urlopen(sys.argv[1]))
validate(document)


def media(node):
    """Everything with a schema and an example of it."""
    if isinstance(node, dict):
        if "schema" in node and ("example" in node or "examples" in node):
            yield node["schema"], node.get("example")
            yield from ((node["schema"], example["value"]) for example in node.get("examples", {}).values())
        for child in node.values():
            yield from media(child)
    elif isinstance(node, list):
        for child in node:
            yield from media(child)


checked = 0
for schema, example in media(document["paths"]):
    if example is not None:
        Draft202012Validator({**schema, "components": document["components"]}).validate(example)
        checked += 1
operations = [method for path in document["paths"].values() for method in path.values()]
unexampled = [op["operationId"] for op in operations if op.get("requestBody", {}).get("content", {}).get("application/json", {"example": 1}).get("example") is None]
assert not unexampled, f"no example of a request: {unexampled}"
print(f"{len(operations)} operations, {checked} examples: all as described")
