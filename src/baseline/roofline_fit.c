/*
 * The constants of the roofline. Written by tools/fit_roofline.py, not by hand, from measurements by others, all under
 * stated licences: DeepBench (Apache-2.0), NeuSight, convnet-benchmarks and pytorch-gpu-benchmark (MIT), timm's benchmarks
 * and Zeus (Apache-2.0). docs/baselines.md has the rows, the devices and the errors.
 */
#include "baseline/roofline.h"

/* Of GPUs. */
const np_roof NP_ROOF_GPU = {
        .rates =
                {
                        [NP_ROOF_CONV] = {0.8489, 0.8058, 9.193, 13.7, 5.194, 0},
                        [NP_ROOF_CONV_1X1] = {0.7396, 0.8844, 15.87, 0.002234, 0.9161, 0},
                        [NP_ROOF_CONV_3X3] = {1.468, 0.8844, 21.29, 97.3, 15.33, 27.08},
                        [NP_ROOF_CONV_GROUPED] = {0.3005, 0.1645, 0, 0, 0, 0},
                        [NP_ROOF_PRODUCT] = {0.6767, 0.3646, 0.769, 86.7, 5.405, 0},
                        [NP_ROOF_POOL] = {0.01462, 0.7216, 0, 0, 0, 0},
                        [NP_ROOF_POINTWISE] = {0.3051, 0.6283, 0, 0, 0, 0},
                },
        .launch_ms = 0.024,
        .compute = 1,
        .memory = 1,
        .throttle = 0.9265,
        .old = 0.749,
        .busy = 0.3853,
        .power_compute = 0.3027,
        .power_memory = 0.8643,
        .idle_share = 0.1,
        .correlation = {0.2575, 1, 0.2575},
        .spread = {{1.312, 1.398, 1.493, 1.639, 1.985, 2.388, 3.942}},
        .power_spread = {{1.226, 1.297, 1.394, 1.546, 1.87, 2.331, 4.729}},
};

/* Of CPUs: two devices took part, too few for intervals, and none with its power. */
const np_roof NP_ROOF_CPU = {
        .rates =
                {
                        [NP_ROOF_CONV] = {0.8489, 0.8058, 9.193, 13.7, 5.194, 0},
                        [NP_ROOF_CONV_1X1] = {0.7396, 0.8844, 15.87, 0.002234, 0.9161, 0},
                        [NP_ROOF_CONV_3X3] = {1.468, 0.8844, 21.29, 97.3, 15.33, 27.08},
                        [NP_ROOF_CONV_GROUPED] = {0.3005, 0.1645, 0, 0, 0, 0},
                        [NP_ROOF_PRODUCT] = {0.6767, 0.3646, 0.769, 86.7, 5.405, 0},
                        [NP_ROOF_POOL] = {0.01462, 0.7216, 0, 0, 0, 0},
                        [NP_ROOF_POINTWISE] = {0.3051, 0.6283, 0, 0, 0, 0},
                },
        .launch_ms = 0.005,
        .compute = 0.565,
        .memory = 0.7735,
        .throttle = 0,
        .old = 1,
        .busy = 0,
        .power_compute = 0,
        .power_memory = 0,
        .idle_share = 0.1,
        .correlation = {1, 1, 1},
        .spread = {{0, 0, 0, 0, 0, 0, 0}},
        .power_spread = {{0, 0, 0, 0, 0, 0, 0}},
};
