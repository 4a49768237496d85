/*
 * The layer types of Caffe and of its well-known forks, one row each. A new type is a row here, and a builder where the
 * row does not say all.
 */
#include "caffe/caffe_layer.h"

#include <string.h>

enum {
	POINTWISE = NP_CAFFE_POINTWISE,
	FREE = NP_CAFFE_FREE,
	LOSS = NP_CAFFE_FREE | NP_CAFFE_LABELS,
	DATA = NP_CAFFE_DATA,
	SINK = NP_CAFFE_SINK,
	STRANGE = NP_CAFFE_STRANGE,
	ROUGH = NP_CAFFE_ROUGH,
};

static const np_caffe_type TYPES[] = {
        {"Input", NULL, "input_param", NP_OTHER, 0, DATA, NULL},
        {"Data", "DATA", "data_param", NP_OTHER, 0, DATA, NULL},
        {"AnnotatedData", NULL, "data_param", NP_OTHER, 0, DATA, NULL},
        {"ImageData", "IMAGE_DATA", "image_data_param", NP_OTHER, 0, DATA, NULL},
        {"HDF5Data", "HDF5_DATA", "hdf5_data_param", NP_OTHER, 0, DATA, NULL},
        {"MemoryData", "MEMORY_DATA", "memory_data_param", NP_OTHER, 0, DATA, NULL},
        {"WindowData", "WINDOW_DATA", "window_data_param", NP_OTHER, 0, DATA, NULL},
        {"DummyData", "DUMMY_DATA", "dummy_data_param", NP_OTHER, 0, DATA, NULL},
        {"Silence", "SILENCE", NULL, NP_OTHER, 0, SINK, NULL},
        {"HDF5Output", "HDF5_OUTPUT", NULL, NP_OTHER, 0, SINK, NULL},

        {"Convolution", "CONVOLUTION", "convolution_param", NP_CONV, 1, 0, np_caffe_convolution},
        {"Deconvolution", "DECONVOLUTION", "convolution_param", NP_DECONV, 1, 0, np_caffe_convolution},
        {"ConvolutionDepthwise", NULL, "convolution_param", NP_CONV, 1, 0, np_caffe_depthwise},
        {"DepthwiseConvolution", NULL, "convolution_param", NP_CONV, 1, 0, np_caffe_depthwise},
        {"Pooling", "POOLING", "pooling_param", NP_MAXPOOL, 1, 0, np_caffe_pooling},
        {"InnerProduct", "INNER_PRODUCT", "inner_product_param", NP_FC, 1, 0, np_caffe_inner_product},
        {"LSTM", NULL, "recurrent_param", NP_OTHER, 1, ROUGH, np_caffe_recurrent},
        {"RNN", NULL, "recurrent_param", NP_OTHER, 1, ROUGH, np_caffe_recurrent},
        {"Embed", NULL, "embed_param", NP_RESHAPE, 1, 0, np_caffe_embed},

        {"LRN", "LRN", "lrn_param", NP_LRN, 1, POINTWISE, np_caffe_lrn},
        {"MVN", "MVN", "mvn_param", NP_LAYERNORM, 1, POINTWISE, NULL},
        {"Normalize", NULL, "norm_param", NP_LAYERNORM, 1, POINTWISE, np_caffe_normalize},
        {"BatchNorm", NULL, "batch_norm_param", NP_BATCHNORM, 1, POINTWISE, np_caffe_batch_norm},
        {"CuDNNBatchNorm", NULL, "batch_norm_param", NP_BATCHNORM, 1, POINTWISE, np_caffe_batch_norm},
        {"BN", NULL, "bn_param", NP_BATCHNORM, 1, POINTWISE, np_caffe_affine_norm},
        {"Scale", NULL, "scale_param", NP_BATCHNORM, 1, POINTWISE, np_caffe_scale},
        {"Bias", NULL, "bias_param", NP_BATCHNORM, 1, POINTWISE, np_caffe_bias},

        {"ReLU", "RELU", "relu_param", NP_RELU, 1, POINTWISE, NULL},
        {"ReLU6", NULL, NULL, NP_RELU, 1, POINTWISE, NULL},
        {"PReLU", NULL, "prelu_param", NP_RELU, 1, POINTWISE, np_caffe_prelu},
        {"Clip", NULL, "clip_param", NP_RELU, 1, POINTWISE, NULL},
        {"ELU", NULL, "elu_param", NP_ACTIVATION, 1, POINTWISE, NULL},
        {"Sigmoid", "SIGMOID", "sigmoid_param", NP_ACTIVATION, 1, POINTWISE, NULL},
        {"TanH", "TANH", "tanh_param", NP_ACTIVATION, 1, POINTWISE, NULL},
        {"AbsVal", "ABSVAL", NULL, NP_ACTIVATION, 1, POINTWISE, NULL},
        {"Power", "POWER", "power_param", NP_ACTIVATION, 1, POINTWISE, NULL},
        {"Exp", "EXP", "exp_param", NP_ACTIVATION, 1, POINTWISE, NULL},
        {"Log", NULL, "log_param", NP_ACTIVATION, 1, POINTWISE, NULL},
        {"BNLL", "BNLL", NULL, NP_ACTIVATION, 1, POINTWISE, NULL},
        {"Threshold", "THRESHOLD", "threshold_param", NP_ACTIVATION, 1, POINTWISE, NULL},
        {"SELU", NULL, NULL, NP_ACTIVATION, 1, POINTWISE, NULL},
        {"SeLu", NULL, NULL, NP_ACTIVATION, 1, POINTWISE, NULL},
        {"Swish", NULL, "swish_param", NP_ACTIVATION, 1, POINTWISE, NULL},
        {"Mish", NULL, NULL, NP_ACTIVATION, 1, POINTWISE, NULL},
        {"HSwish", NULL, NULL, NP_ACTIVATION, 1, POINTWISE, NULL},
        {"HSigmoid", NULL, NULL, NP_ACTIVATION, 1, POINTWISE, NULL},
        {"Softmax", "SOFTMAX", "softmax_param", NP_SOFTMAX, 1, POINTWISE, NULL},

        {"Eltwise", "ELTWISE", "eltwise_param", NP_ELTWISE, 1, POINTWISE, np_caffe_eltwise},
        {"Axpy", NULL, NULL, NP_ELTWISE, 3, 0, np_caffe_axpy},
        {"Concat", "CONCAT", "concat_param", NP_CONCAT, 1, 0, np_caffe_concat},
        {"Slice", "SLICE", "slice_param", NP_RESHAPE, 1, 0, np_caffe_slice},
        {"Split", "SPLIT", NULL, NP_RESHAPE, 1, FREE, np_caffe_split},
        {"Flatten", "FLATTEN", "flatten_param", NP_RESHAPE, 1, FREE, np_caffe_flatten},
        {"Reshape", NULL, "reshape_param", NP_RESHAPE, 1, FREE, np_caffe_reshape},
        {"Permute", NULL, "permute_param", NP_RESHAPE, 1, 0, np_caffe_permute},
        {"ShuffleChannel", NULL, "shuffle_channel_param", NP_RESHAPE, 1, 0, np_caffe_split},
        {"Tile", NULL, "tile_param", NP_RESHAPE, 1, 0, np_caffe_tile},
        {"Crop", NULL, "crop_param", NP_PAD, 2, 0, np_caffe_crop},
        {"Reduction", NULL, "reduction_param", NP_REDUCE, 1, 0, np_caffe_reduction},
        {"ArgMax", "ARGMAX", "argmax_param", NP_REDUCE, 1, 0, np_caffe_argmax},
        {"Interp", NULL, "interp_param", NP_RESIZE, 1, 0, np_caffe_interp},
        {"Upsample", NULL, "upsample_param", NP_RESIZE, 1, 0, np_caffe_upsample},
        {"Resize", NULL, "resize_param", NP_RESIZE, 1, 0, np_caffe_resize},
        {"Dropout", "DROPOUT", "dropout_param", NP_DROPOUT, 1, POINTWISE | FREE, NULL},

        {"PriorBox", NULL, "prior_box_param", NP_OTHER, 2, STRANGE, np_caffe_prior_box},
        {"DetectionOutput", NULL, "detection_output_param", NP_OTHER, 2, STRANGE, np_caffe_detection_output},
        {"PSROIPooling", NULL, "psroi_pooling_param", NP_OTHER, 2, STRANGE, np_caffe_psroi_pooling},
        {"ROIPooling", NULL, "roi_pooling_param", NP_OTHER, 2, STRANGE, np_caffe_roi_pooling},

        {"SoftmaxWithLoss", "SOFTMAX_LOSS", NULL, NP_OTHER, 1, LOSS, np_caffe_loss},
        {"EuclideanLoss", "EUCLIDEAN_LOSS", NULL, NP_OTHER, 1, LOSS, np_caffe_loss},
        {"HingeLoss", "HINGE_LOSS", NULL, NP_OTHER, 1, LOSS, np_caffe_loss},
        {"SigmoidCrossEntropyLoss", "SIGMOID_CROSS_ENTROPY_LOSS", NULL, NP_OTHER, 1, LOSS, np_caffe_loss},
        {"MultinomialLogisticLoss", "MULTINOMIAL_LOGISTIC_LOSS", NULL, NP_OTHER, 1, LOSS, np_caffe_loss},
        {"InfogainLoss", "INFOGAIN_LOSS", NULL, NP_OTHER, 1, LOSS, np_caffe_loss},
        {"ContrastiveLoss", "CONTRASTIVE_LOSS", NULL, NP_OTHER, 1, LOSS, np_caffe_loss},
        {"SmoothL1Loss", NULL, NULL, NP_OTHER, 1, LOSS, np_caffe_loss},
        {"MultiBoxLoss", NULL, NULL, NP_OTHER, 1, LOSS, np_caffe_loss},
        {"Accuracy", "ACCURACY", NULL, NP_OTHER, 1, LOSS, np_caffe_loss},
        {"DetectionEvaluate", NULL, NULL, NP_OTHER, 1, LOSS, np_caffe_loss},
};

const np_caffe_type *np_caffe_find_type(const char *name)
{
	for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
		if (strcmp(TYPES[i].name, name) == 0 || (TYPES[i].old && strcmp(TYPES[i].old, name) == 0))
			return &TYPES[i];
	return NULL;
}
