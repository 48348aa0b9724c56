/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_COMMON_LOG_H
#define KM_COMMON_LOG_H

/*
 * The programs' log: one line an event on standard error, "<level>: <text>". Libraries do not log.
 * The only state of the process that is not in a struct.
 */

enum km_log_level { KM_LOG_ERROR, KM_LOG_WARN, KM_LOG_INFO, KM_LOG_DEBUG };

/* Lines above this level are left out; INFO at start. */
void km_log_set_level(enum km_log_level level);

void km_log(enum km_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define km_error(...) km_log(KM_LOG_ERROR, __VA_ARGS__)
#define km_warn(...)  km_log(KM_LOG_WARN, __VA_ARGS__)
#define km_info(...)  km_log(KM_LOG_INFO, __VA_ARGS__)
#define km_debug(...) km_log(KM_LOG_DEBUG, __VA_ARGS__)

#endif
