/*
 * The real devices behind measure/'s interfaces: one entry per backend. Nothing above this room names a vendor.
 *
 * Each open function takes the whole name that was asked for ("cuda:1"), gives a device that its ops close, and fails with
 * NP_ERR_UNAVAILABLE, saying what to do, where the machine has no such device or the software for it is missing. Each
 * probe adds what it sees to the findings and how many devices could be measured to *devices.
 */
#ifndef NP_BACKENDS_BACKENDS_H
#define NP_BACKENDS_BACKENDS_H

#include "measure/device.h"
#include "measure/findings.h"

#include <neuralpower/own_device.h>

/* Layers on the processor, by oneDNN in a part that is loaded when it is needed. */
np_status np_cpu_open(const np_device_request *request, np_device **device, np_error *err) NP_MUST_CHECK;
void np_cpu_probe(np_findings *findings, int *devices);

/* Layers on an NVIDIA GPU: cuDNN, cuBLAS, CUDA graphs, NVML, all found at run time. */
np_status np_cuda_open(const np_device_request *request, np_device **device, np_error *err) NP_MUST_CHECK;
void np_cuda_probe(np_findings *findings, int *devices);
/* Which of its libraries are found, without asking for a device. */
void np_cuda_list(np_findings *findings);

/* A device that is computed: "fake:watts=250,tick=0.1", or one that repeats a recorded data set: "replay:FILE.csv". */
np_status np_fake_open(const np_device_request *request, np_device **device, np_error *err) NP_MUST_CHECK;

/* A device whose work the caller runs. `own` is borrowed until the device is closed. */
np_status np_own_open(const np_own_device *own, np_device **device, np_error *err) NP_MUST_CHECK;

#endif
