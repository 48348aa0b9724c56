/* SPDX-License-Identifier: Apache-2.0 */
#include "time_format.h"

#include <errno.h>
#include <stdbool.h>
#include <time.h>

/*
 * Days since 1970-01-01 of a date in the Gregorian calendar, by counting years from March so that
 * the leap day comes last: 365 a year, one more every 4th, not the 100th, but the 400th.
 */
static int64_t days_of(int64_t year, int month, int day)
{
    int64_t from_march = (month + 9) % 12;
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t day_of_year = (153 * from_march + 2) / 5 + day - 1;

    return 365 * y + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

static bool leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The date that many days after 1970-01-01: days_of() backwards. */
static void date_of(int64_t days, unsigned *ret_year, unsigned *ret_month, unsigned *ret_day)
{
    unsigned since = (unsigned)(days + 719468);                 /* 0000-03-01 */
    unsigned era = since / 146097, day_of_era = since % 146097; /* 400 years */
    unsigned year =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    unsigned from_march = (5 * day_of_year + 2) / 153;

    *ret_day = day_of_year - (153 * from_march + 2) / 5 + 1;
    *ret_month = from_march < 10 ? from_march + 3 : from_march - 9;
    *ret_year = era * 400 + year + (*ret_month <= 2);
}

/* `count` digits of value, and what stands behind them. */
static char *put_digits(char *to, unsigned value, unsigned count, char behind)
{
    for (unsigned i = count; i-- > 0; value /= 10)
        to[i] = (char)('0' + value % 10);
    to[count] = behind;
    return to + count + 1;
}

void km_time_format(int64_t unix_ms, char ret_text[KM_TIME_TEXT])
{
    unsigned year, month, day, ms;
    char *to = ret_text;

    if (unix_ms < 0)
        unix_ms = 0;
    if (unix_ms > KM_TIME_MAX_MS)
        unix_ms = KM_TIME_MAX_MS;
    date_of(unix_ms / 86400000, &year, &month, &day);
    ms = (unsigned)(unix_ms % 86400000);
    to = put_digits(to, year, 4, '-');
    to = put_digits(to, month, 2, '-');
    to = put_digits(to, day, 2, 'T');
    to = put_digits(to, ms / 3600000, 2, ':');
    to = put_digits(to, ms / 60000 % 60, 2, ':');
    to = put_digits(to, ms / 1000 % 60, 2, '.');
    to = put_digits(to, ms % 1000, 3, 'Z');
    *to = '\0';
}

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* Takes count digits at *p, or fails. */
static bool digits(const char **p, const char *end, int count, int *ret)
{
    int value = 0;

    for (int i = 0; i < count; i++, (*p)++) {
        if (*p == end || !is_digit(**p))
            return false;
        value = value * 10 + (**p - '0');
    }
    *ret = value;
    return true;
}

static bool letter(const char **p, const char *end, const char *any_of)
{
    if (*p == end)
        return false;
    for (; *any_of; any_of++) {
        if (**p == *any_of) {
            (*p)++;
            return true;
        }
    }
    return false;
}

/* ".123456": milliseconds, the rest cut off. No dot is 0. */
static bool fraction(const char **p, const char *end, int *ret_ms)
{
    int ms = 0, place = 100;

    *ret_ms = 0;
    if (!letter(p, end, "."))
        return true;
    if (*p == end || !is_digit(**p))
        return false;
    for (; *p < end && is_digit(**p); (*p)++, place /= 10)
        ms += (**p - '0') * place;
    *ret_ms = ms;
    return true;
}

/* "Z", "+09:00", or nothing for UTC: minutes east of Greenwich. */
static bool offset(const char **p, const char *end, int *ret_minutes)
{
    int hours, minutes, sign;

    *ret_minutes = 0;
    if (*p == end || letter(p, end, "Zz"))
        return true;
    sign = **p == '-' ? -1 : 1;
    if (!letter(p, end, "+-") || !digits(p, end, 2, &hours) || !letter(p, end, ":") ||
        !digits(p, end, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *ret_minutes = sign * (hours * 60 + minutes);
    return true;
}

int km_time_parse(const char *text, size_t len, int64_t *ret_unix_ms)
{
    static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const char *p = text, *end = text + len;
    int year, month, day, hour, minute, second, ms, east;
    int64_t unix_ms;

    if (!digits(&p, end, 4, &year) || !letter(&p, end, "-") || !digits(&p, end, 2, &month) ||
        !letter(&p, end, "-") || !digits(&p, end, 2, &day) || !letter(&p, end, "Tt ") ||
        !digits(&p, end, 2, &hour) || !letter(&p, end, ":") || !digits(&p, end, 2, &minute) ||
        !letter(&p, end, ":") || !digits(&p, end, 2, &second) || !fraction(&p, end, &ms) ||
        !offset(&p, end, &east) || p != end)
        return -EINVAL;
    if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60 ||
        day > month_days[month - 1] + (month == 2 && leap(year)))
        return -EINVAL;
    unix_ms = ((days_of(year, month, day) * 24 + hour) * 60 + minute - east) * 60000;
    unix_ms += (int64_t)second * 1000 + ms;
    if (unix_ms < 0 || unix_ms > KM_TIME_MAX_MS)
        return -EINVAL;
    *ret_unix_ms = unix_ms;
    return 0;
}

static int64_t clock_ms(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t km_time_now_ms(void)
{
    return clock_ms(CLOCK_REALTIME);
}

int64_t km_time_steady_ms(void)
{
    return clock_ms(CLOCK_BOOTTIME);
}
