/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KM_API_STORAGE_CRC32C_H
#define KM_API_STORAGE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/*
 * The checksum of RFC 3720, appendix B.4 (Castagnoli's polynomial 0x1EDC6F41, reflected), of bytes
 * that follow those whose checksum is crc; 0 to begin with. The processor's own instruction where
 * it has one (SSE 4.2, ARMv8 CRC), else a table.
 */
uint32_t km_crc32c(uint32_t crc, const void *bytes, size_t size);

/* The same by the table, for the test that compares both. */
uint32_t km_crc32c_table(uint32_t crc, const void *bytes, size_t size);

#endif
