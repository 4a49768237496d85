/*
 * NeuralPower: how long, how many watts and how many joules a neural network costs per inference on a platform, before
 * anyone trains or deploys it.
 *
 *     np_error err = {0};
 *     np_network *network;
 *     np_platform *platform;
 *     np_prediction *prediction;
 *     if (np_network_load("model.onnx", NULL, &network, &err) == NP_OK &&
 *         np_platform_load("platform.json", &platform, &err) == NP_OK &&
 *         np_predict(network, platform, &prediction, &err) == NP_OK)
 *             printf("%g ms, %g W, %g mJ\n", prediction->runtime_ms.value, prediction->power_w.value,
 *                    prediction->energy_mj.value);
 *
 * Ownership, for the whole library: what you create or load you free with the matching _free; what you get is borrowed
 * until its owner is freed; what you pass in is copied. _free(NULL) does nothing. A call that fails leaves nothing
 * behind and sets its out pointer to NULL. The library never prints, never exits, and has no state of its own.
 *
 * Units, everywhere: ms, W, mJ (1 ms x 1 W = 1 mJ), bytes, per forward pass of the whole batch unless the name says
 * per item.
 */
#ifndef NEURALPOWER_H
#define NEURALPOWER_H

#include <neuralpower/arrow.h>
#include <neuralpower/baseline.h>
#include <neuralpower/check.h>
#include <neuralpower/dataset.h>
#include <neuralpower/doctor.h>
#include <neuralpower/evaluate.h>
#include <neuralpower/import.h>
#include <neuralpower/layer_config.h>
#include <neuralpower/measure.h>
#include <neuralpower/network.h>
#include <neuralpower/own_device.h>
#include <neuralpower/platform.h>
#include <neuralpower/predict.h>
#include <neuralpower/predictor.h>
#include <neuralpower/rank.h>
#include <neuralpower/report.h>
#include <neuralpower/space.h>
#include <neuralpower/status.h>
#include <neuralpower/stream.h>
#include <neuralpower/sweep.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The library's version, "0.1.0". */
NP_API const char *np_version(void);

#ifdef __cplusplus
}
#endif
#endif
