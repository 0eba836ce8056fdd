"""A check for Tests/schemathesis.sh: what the document allows is accepted, but for rules that no schema can state."""

import schemathesis
from schemathesis.specs.openapi.checks import positive_data_acceptance


def always(values):
    return True


def never(values):
    return False


# 422: the code of an error, and whether the body can have broken the rule.
RULES_OF_BODIES = {
    "invalid_order": always,  # starts_at before expires_at
    "invalid_slug": lambda body: not str(body.get("slug", "")).isascii(),  # letters, digits, marks, emoji
    "own_host": always,  # a destination that is no short link
    "reserved_slug": always,
    "unknown_domain": always,  # a domain of the workspace
}

# 400: the parameter, and whether the query can have broken its rule.
RULES_OF_QUERIES = {
    "domain": always,  # a domain of the workspace
    "granularity": lambda query: "start" in query,  # not too many lines
    "interval": lambda query: "start" in query,  # not both
    "start": always,  # before end
    "starting_after": always,  # a cursor that the API made, with the same filters
    "timezone": always,  # a name of the tz database
}


@schemathesis.check
def valid_data_acceptance(ctx, response, case):
    if response.status_code in (400, 422) and is_a_rule_broken(response.json(), case):
        return None
    return positive_data_acceptance(ctx, response, case)


def is_a_rule_broken(problem, case):
    if problem["code"] == "validation_failed":
        return all(RULES_OF_BODIES.get(error["code"], never)(case.body) for error in problem["errors"])
    return problem["code"] == "invalid_parameter" and RULES_OF_QUERIES.get(problem["parameter"], never)(case.query)
