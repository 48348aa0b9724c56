/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "accept.h"

static void reads_what_clients_send(void **state)
{
    static const struct {
        const char *header;
        enum km_form form;
    } cases[] = {
        {"", KM_FORM_JSON},
        {"*/*", KM_FORM_JSON},
        {"application/json", KM_FORM_JSON},
        {"Application/JSON; charset=utf-8", KM_FORM_JSON},
        {"application/vnd.kubernetes.protobuf, */*", KM_FORM_JSON},
        {"application/vnd.kubernetes.protobuf,application/json;q=0.5", KM_FORM_JSON},
        {"application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;"
         "g=meta.k8s.io,application/json",
         KM_FORM_TABLE},
        {"application/json;as=Table;v=v1beta1;g=meta.k8s.io, application/json", KM_FORM_TABLE_BETA},
        {"application/json; as=Table; g=meta.k8s.io; v=v1", KM_FORM_TABLE},
        {"application/json;as=Table;v=v2;g=meta.k8s.io", KM_FORM_NONE},
        {"application/json;as=Table;v=v1;g=other", KM_FORM_NONE},
        {"application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", KM_FORM_NONE},
        {"application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList, application/json",
         KM_FORM_JSON},
        {"application/yaml", KM_FORM_NONE},
        {"application/jsonp", KM_FORM_NONE},
        {" , ,application/json", KM_FORM_JSON},
        {";;;", KM_FORM_NONE},
        {"text/html,*/*;q=0.8", KM_FORM_JSON},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (km_accept(cases[i].header) != cases[i].form)
            fail_msg("%s: %d", cases[i].header, km_accept(cases[i].header));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads_what_clients_send)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
