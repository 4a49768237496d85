/*
 * Stands for the driver's library where there is no driver: some of cuDNN's parts do not load without its symbols. Whoever
 * calls one learns that there is no device. Only for planning, which never calls any.
 */
#define NP_NO_DEVICE(name)                                     \
	__attribute__((visibility("default"))) int name(void); \
	int name(void)                                         \
	{                                                      \
		return 100;                                    \
	}

NP_NO_DEVICE(cuGetErrorString)
NP_NO_DEVICE(cuModuleGetFunction)
NP_NO_DEVICE(cuModuleLoadData)
NP_NO_DEVICE(cuModuleUnload)
NP_NO_DEVICE(cuTensorMapEncodeIm2col)
NP_NO_DEVICE(cuTensorMapEncodeTiled)
