/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_OPENAPI_EXAMPLES_H
#define KM_API_OPENAPI_EXAMPLES_H

/*
 * Examples of the document. Those of whole answers and bodies are what a running server was asked
 * and answered: api/examples.json, which tests/api/examples.py records and test_examples.py
 * compares with what the server answers now.
 */
struct km_openapi_example {
    const char *name; /* "getNode.now", "problem.404"; NULL ends the table */
    const char *json;
};

extern const struct km_openapi_example km_openapi_recorded[]; /* made from api/examples.json */

/* The recorded example of an operation ("getNode") or of "problem", as JSON, or NULL. */
const char *km_openapi_recorded_of(const char *operation, const char *what);

/* An example of a parameter or of a field that is no metric, as JSON, or NULL. */
const char *km_openapi_example_of(const char *name);

/* An example of a metric of this unit, as JSON. */
const char *km_openapi_example_of_unit(const char *unit);

#endif
