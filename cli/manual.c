/* What there is to say on each command and on the program, for --help and the manual pages. */
#include "tables.h"

#include <string.h>

const char PROGRAM_HELP[] = "runtime, power and energy of neural networks, before anyone deploys them";

const char PROGRAM_ABOUT[] =
        "Networks are Caffe prototxt, ONNX, Paleo JSON or our own JSON files, told apart by content; `-` is standard input. "
        "Results go to standard output, all else to standard error. Units: ms, W, mJ, per forward pass of the whole batch "
        "unless said per item.";

const meaning EXIT_STATUSES[] = {
        {"0", "fine"},
        {"1", "a check failed"},
        {"2", "usage"},
        {"3", "bad input file"},
        {"4", "unsupported operator with --strict (of check: --strict-operators)"},
        {"5", "device missing or busy"},
        {NULL, NULL},
};

const meaning ENVIRONMENT[] = {
        {"NEURALPOWER_PLATFORMS",
         "Directories of platform files, with ':' between, searched before those that come with the program."},
        {"NEURALPOWER_SHEETS", "Directories of data sheets, likewise."},
        {"NEURALPOWER_SUITES", "Directories of suites of layers, likewise."},
        {"NP_ONEDNN_PART",
         "The part that runs layers on the processor, neuralpower-onednn.so, where it is not found by itself."},
        {"NP_CUDA_PATH", "Directories with ':' between, searched for NVIDIA's libraries before the system's."},
        {"NP_NVML_LIB, NP_CUDART_LIB, NP_CUBLAS_LIB, NP_CUDNN_LIB",
         "Files of those libraries, instead of those that are found."},
        {"NP_SYSFS_ROOT", "Where /sys and /proc lie, for trying meters on a recorded tree."},
        {"COLUMNS", "How wide tables are, when the terminal does not say."},
        {"NO_COLOR", "When it is not empty, tables have no colours."},
        {NULL, NULL},
};

static const manual MANUALS[] = {
        {"inspect",
         "Reads network files and shows the layers: the shape each makes, its multiply-accumulates, FLOPs, parameters and "
         "bytes; and in all, the most memory that activations take at a time. Weights are never read.",
         np_flops_rule,
         {{"neuralpower inspect alexnet.prototxt --batch 16", "the layers of AlexNet, 16 images at a time"},
          {"neuralpower inspect model.onnx --shape input:1x3x224x224 --json", "an ONNX file whose input's shape is open"}}},
        {"predict",
         "Predicts what networks cost on a platform from models that were learned from layers measured there. A layer that no "
         "model covers gets an estimate from the bytes it moves, marked `~`; the share that learned models gave is said. With "
         "--method, a data sheet stands in for measurements.",
         NULL,
         {{"neuralpower predict alexnet.prototxt --batch 1,16 --platform xeon-5120-pytorch", "two batch sizes"},
          {"neuralpower predict alexnet.prototxt -p jetson-pytorch --json=alexnet.json --html=alexnet.html",
           "a table, and beside it JSON and a web page"},
          {"neuralpower predict alexnet.prototxt --method roofline --platform titan_x", "a device that nobody has measured"},
          {"neuralpower sample --space cifar10 --count 1000 --lines | neuralpower predict --stream - -p xeon-5120-pytorch",
           "a thousand networks, one a line"}}},
        {"compare",
         "Sets learned models, Paleo's formulas, the roofline and plain FLOPs side by side, per layer and in all, and says "
         "where they disagree about the bottleneck. Measured networks are set beside the totals.",
         NULL,
         {{"neuralpower compare alexnet.prototxt --batch 16 -p xeon-5120-pytorch --sheet xeon_5120",
           "a learned platform and the data sheet of its device"}}},
        {"fit",
         "Learns a platform from CSV files with a row per measured layer, and shows its card: errors of each model on the rows "
         "it saw and, by ten-fold cross-validation, on rows it did not. The default estimator is a physical base with a "
         "bounded correction; `paper` is the procedure of Cai et al. 2017. Same rows, same file, to the last bit.",
         NULL,
         {{"neuralpower fit rows.csv --name mine -o mine.json", "a platform of your own"},
          {"neuralpower fit rows.csv --method paper --degrees=degrees.svg -o paper.json",
           "as the paper does, with a picture of how good each degree was"}}},
        {"features",
         "Writes the design matrix that `fit --method paper` learns from: for each row its line, its fold, the measured target "
         "and every term. Any other tool can then check the models.",
         NULL,
         {{"neuralpower features rows.csv --type conv --target power_w -o design.csv", "the terms of power models"}}},
        {"evaluate",
         "Sets predictions beside measurements of layers or of whole networks and says how far apart they are: RMSPE, MAPE, "
         "the share within 10 %, and how many measurements lie in the intervals. Tables of other programs can be scored too.",
         NULL,
         {{"neuralpower evaluate -p xeon-5120-pytorch --layers rows.csv", "measured layers"},
          {"neuralpower evaluate -p xeon-5120-pytorch --networks networks.csv alexnet.prototxt", "measured networks"},
          {"neuralpower evaluate --table predicted.csv", "columns predicted and actual, from any program"}}},
        {"check",
         "Fails, with exit status 1, when a network costs more than a limit or grew from a baseline by more than a tolerance. "
         "Limits are of a forward pass of the whole batch. A value whose interval reaches below its limit passes, unless "
         "--strict is given.",
         NULL,
         {{"neuralpower check alexnet.prototxt --batch 16 -p xeon-5120-pytorch --max-runtime-ms 500", "a limit"}}},
        {"import",
         "Reads what other programs measured, profiles of ONNX Runtime and trtexec and tables of EdgeProfiler and "
         "NeurstrucEnergy, and writes it as a data set that fit and evaluate take.",
         NULL,
         {{"neuralpower import profile.json --network alexnet.onnx --device \"my CPU\" -o profiled.csv",
           "a profile of ONNX Runtime"}}},
        {"rank",
         "Says which of several networks to choose by the Energy-Precision Ratio M = error^alpha x energy per item (Equation 9 "
         "of the paper): a larger alpha favours accuracy. Marks the Pareto front and keeps to budgets; that of energy is per "
         "item, as its ratio.",
         NULL,
         {{"neuralpower rank alexnet.prototxt nin.prototxt --error errors.csv -p jetson-pytorch",
           "network files and their errors"},
          {"neuralpower rank --table candidates.csv --max-energy-mj 100", "a table that has the energies already"}}},
        {"sweep",
         "Predicts a network at many batch sizes (powers of two from 1 to 256 unless said) and names the batch of the least "
         "energy per item and that of the highest throughput.",
         NULL,
         {{"neuralpower sweep alexnet.prototxt -p xeon-5120-pytorch --batch 1,4,16,64", "four batch sizes"}}},
        {"sample",
         "Draws random networks from a space. Network i of a space and a seed is the same on every machine.",
         NULL,
         {{"neuralpower sample --space residual --count 10 --seed 7 -o networks", "ten files"},
          {"neuralpower sample --space mobile --count 100 --lines -o networks.jsonl", "a hundred lines"}}},
        {"measure",
         "Times and meters layers and whole networks on a device and appends a row for each to a CSV file. A campaign that was "
         "stopped goes on when the same command is given again. With --fit, a platform is learned from the rows at once.",
         NULL,
         {{"neuralpower measure --suite quick --device cpu --fit mycpu", "this processor, all the way to a platform"},
          {"neuralpower measure conv:1x3x224x224:64:k7:s2:p3 --device cpu -o layers.csv", "one layer"},
          {"neuralpower measure alexnet.prototxt --batch 1,4 --device cuda:0 -o gpu.csv",
           "a network and its layers, on a GPU"}}},
        {"platforms",
         "Lists the platforms and data sheets that are found: those of the directories in the environment, then those that "
         "come with the program. Of a platform, it shows how good each of its models is.",
         NULL,
         {{"neuralpower platforms", "all of them"}, {"neuralpower platforms jetson-pytorch --json", "one, for programs"}}},
        {"doctor",
         "Looks at the machine without changing anything: which devices and meters can be used, what may disturb measurements, "
         "and the commands that mend what is missing. The exit status is 5 when nothing can be measured.",
         NULL,
         {{"neuralpower doctor", "in words"}, {"neuralpower doctor --json", "for programs"}}},
        {"version",
         "Says which version this is, what it reads, and which optional parts it finds on this machine. Nothing is started: "
         "`neuralpower doctor` tries what is found.",
         NULL,
         {{"neuralpower version", "in words"}, {"neuralpower version --json", "for programs"}}},
};

const manual *manual_find(const char *name)
{
	for (size_t i = 0; i < sizeof MANUALS / sizeof *MANUALS; i++)
		if (strcmp(MANUALS[i].command, name) == 0)
			return &MANUALS[i];
	return NULL;
}
