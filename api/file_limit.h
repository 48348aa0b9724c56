/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_FILE_LIMIT_H
#define KM_API_FILE_LIMIT_H

#include <stdint.h>

/* Raises the process's limit of open files, as far as its hard limit allows, to hold so many
 * connections, a socket each, and some files. */
void km_file_limit_raise(uint32_t connections);

#endif
