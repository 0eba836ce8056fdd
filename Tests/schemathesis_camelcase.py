"""Turns the OpenAPI document on standard input into one of the quick start's dialect: names of members and of query parameters
in camelCase, a link's url as originalUrl."""

import json
import re
import sys


def camel(name):
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)


def turned(node):
    if isinstance(node, list):
        return [turned(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: turned(value) for key, value in node.items()}
    if isinstance(node.get("properties"), dict):
        node["properties"] = {camel(name): schema for name, schema in node["properties"].items()}
    if isinstance(node.get("required"), list):
        node["required"] = [camel(name) for name in node["required"]]
    if node.get("in") == "query":
        node["name"] = camel(node["name"])
    return node


json.dump(turned(json.load(sys.stdin)), sys.stdout)
