"""Holds an OpenAPI document from standard input against the schema of OpenAPI 3.1; prints what is wrong as JSON."""

import json
import sys

from openapi_spec_validator import OpenAPIV31SpecValidator


def main():
    document = json.load(sys.stdin)
    wrong = [
        {"at": "/".join(str(part) for part in error.absolute_path), "what": error.message[:500]}
        for error in OpenAPIV31SpecValidator(document).iter_errors()
    ]
    json.dump(wrong, sys.stdout)


if __name__ == "__main__":
    main()
