/* SHA-256 (FIPS 180-4), for naming the exact bytes a result came from. Not for secrets. */
#ifndef NP_BASE_SHA256_H
#define NP_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

typedef struct np_sha256 {
	uint32_t state[8];
	uint64_t size; /* bytes taken so far */
	unsigned char block[64];
} np_sha256;

void np_sha256_start(np_sha256 *hash);
void np_sha256_add(np_sha256 *hash, const void *data, size_t size);
/* The digest as 64 hexadecimal digits, terminated. The hash cannot be continued. */
void np_sha256_finish(np_sha256 *hash, char hex[65]);

#endif
