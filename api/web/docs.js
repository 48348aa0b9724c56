/* SPDX-License-Identifier: Apache-2.0 */
/* Relative, so that it works behind a path prefix; no validator, so that nothing leaves the page. */
SwaggerUIBundle({
    url: "openapi.json",
    dom_id: "#api",
    deepLinking: true,
    validatorUrl: null,
});
