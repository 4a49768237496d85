/* Names of element types as data sets and platforms use them. */
#ifndef NP_BASE_DTYPE_H
#define NP_BASE_DTYPE_H

/* Bytes of one value: 4 for "fp32" and "tf32", 2 for "fp16"...; 0 when the name is not known. */
int np_dtype_bytes(const char *name);

#endif
