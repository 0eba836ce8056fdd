"""Closes the OpenAPI document on standard input: objects have the members that are told and no others. To clients it promises less of
answers and of what stands in both, so that a later version can answer more; this version answers, and takes, no others."""

import json
import sys


def close(node):
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
        close(part)
    if isinstance(node, dict) and node.get("type") == "object" and isinstance(node.get("properties"), dict):
        node.setdefault("additionalProperties", False)


document = json.load(sys.stdin)
close(document["components"]["schemas"])
json.dump(document, sys.stdout)
