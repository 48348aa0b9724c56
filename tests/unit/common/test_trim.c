#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trim.h"

#define PROCESSES 40 /* without the lock some of most runs end badly under the address sanitizer */

static _Atomic int ready;

static void *trim(void *arg)
{
    (void)arg;
    for (ready++; ready < 2;)
        ;
    km_trim();
    return NULL;
}

/* The first calls of a process, in two threads at the same moment. */
static void trim_twice(void)
{
    pthread_t first, second;

    if (pthread_create(&first, NULL, trim, NULL) != 0 ||
        pthread_create(&second, NULL, trim, NULL) != 0)
        _exit(1);
    pthread_join(first, NULL);
    pthread_join(second, NULL);
    _exit(0);
}

static void test_threads_that_trim_together_end(void **state)
{
    (void)state;
    for (int i = 0; i < PROCESSES; i++) {
        int status;
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0)
            trim_twice();
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads_that_trim_together_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
