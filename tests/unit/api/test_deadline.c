/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "deadline.h"

/* Long enough never to pass during a test, however slow the machine. */
#define NEVER_MS 3600000

static void shuts_down_what_is_past_its_time(void **state)
{
    struct km_deadlines *table;
    struct km_deadline *late, *early;
    int a[2], b[2];
    char byte;

    (void)state;
    assert_int_equal(km_deadlines_new(&table), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, a), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, b), 0);
    late = km_deadline_add(table, a[0], NEVER_MS);
    early = km_deadline_add(table, b[0], 0);
    assert_non_null(late);
    assert_non_null(early);
    assert_int_equal(read(b[1], &byte, 1), 0); /* waits for the thread */
    assert_int_equal(recv(a[1], &byte, 1, MSG_DONTWAIT), -1);
    assert_int_equal(errno, EAGAIN);
    /* A deadline may be moved, to both sides. */
    km_deadline_set(late, 0);
    assert_int_equal(read(a[1], &byte, 1), 0);
    km_deadline_remove(table, early);
    km_deadline_remove(table, late);
    assert_int_equal(km_deadlines_expired(table), 2);
    km_deadlines_free(table);
    for (int i = 0; i < 2; i++) {
        close(a[i]);
        close(b[i]);
    }
}

static void forgets_removed_sockets(void **state)
{
    struct km_deadlines *table;
    struct km_deadline *gone[3], *witness;
    int a[2], b[2];
    char byte;

    (void)state;
    assert_int_equal(km_deadlines_new(&table), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, a), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, b), 0);
    for (int i = 0; i < 3; i++)
        gone[i] = km_deadline_add(table, a[0], NEVER_MS);
    km_deadline_remove(table, gone[1]);
    km_deadline_remove(table, gone[0]);
    km_deadline_remove(table, gone[2]);
    witness = km_deadline_add(table, b[0], 0);
    assert_int_equal(read(b[1], &byte, 1), 0);
    km_deadline_remove(table, witness);
    assert_int_equal(km_deadlines_expired(table), 1);
    assert_int_equal(recv(a[1], &byte, 1, MSG_DONTWAIT), -1);
    km_deadlines_free(table);
    km_deadlines_free(NULL);
    for (int i = 0; i < 2; i++) {
        close(a[i]);
        close(b[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shuts_down_what_is_past_its_time),
        cmocka_unit_test(forgets_removed_sockets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
