/* SPDX-License-Identifier: Apache-2.0 */
#include "trim.h"

#include <malloc.h>
#include <pthread.h>

void km_trim(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

    pthread_mutex_lock(&lock);
    malloc_trim(0);
    pthread_mutex_unlock(&lock);
}
