/* Ends a text that included lanes_impl.h, so that it can be compiled for the next instruction set. */
#undef NP_NUM
#undef NP_BITS
#undef NP_WORDS
#undef NP_INLINE
#undef NP_UNROLL
#undef NP_UNROLL_FULLY
#undef NP_LOAD
#undef NP_STORE
#undef NP_LANES
#undef NP_TARGET
#undef NP_NAME
