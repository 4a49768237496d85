/* inspect: what a network is made of. */
#include "network/network.h"
#include "report/report_impl.h"
#include "report/table.h"
#include "report/units.h"

#include <inttypes.h>
#include <stdio.h>

static const np_network *network_at(const void *subjects, int i)
{
	return ((const np_network *const *)subjects)[i];
}

/* ---- JSON ---- */

static void put_shape(np_json *json, const np_network *network, int tensor)
{
	np_shape shape = np_network_tensor(network, tensor)->shape;
	np_json_ints(json, shape.dims, shape.rank);
}

static void put_window(np_json *json, const np_layer *layer)
{
	int64_t padding[2 * NP_MAX_SPATIAL];
	int rank = layer->spatial_rank;
	if (!rank)
		return;
	for (int i = 0; i < rank; i++) {
		padding[i] = layer->pad_begin[i];
		padding[rank + i] = layer->pad_end[i];
	}
	np_json_key(json, "kernel");
	np_json_ints(json, layer->kernel, rank);
	np_json_key(json, "stride");
	np_json_ints(json, layer->stride, rank);
	np_json_key(json, "padding");
	np_json_ints(json, padding, 2 * rank);
	np_json_key(json, "dilation");
	np_json_ints(json, layer->dilation, rank);
}

static void put_outputs(np_json *json, const np_network *network, const np_layer *layer)
{
	np_json_key(json, "output");
	put_shape(json, network, layer->outputs[0]);
	if (layer->output_count < 2)
		return;
	np_json_key(json, "outputs");
	np_json_array(json);
	for (int i = 0; i < layer->output_count; i++)
		put_shape(json, network, layer->outputs[i]);
	np_json_close(json);
}

static void put_layer(np_json *json, const np_network *network, const np_layer *layer)
{
	np_json_object(json);
	np_json_put_int(json, "index", layer->index);
	np_json_put_string(json, "name", layer->name);
	np_json_put_string(json, "type", np_kind_name(layer->kind));
	np_json_put_string(json, "op", layer->op);
	if (layer->free)
		np_json_put_bool(json, "free", true);
	np_json_key(json, "inputs");
	np_json_array(json);
	for (int i = 0; i < layer->input_count; i++)
		put_shape(json, network, layer->inputs[i]);
	np_json_close(json);
	put_outputs(json, network, layer);
	put_window(json, layer);
	if (layer->groups)
		np_json_put_int(json, "groups", layer->groups);
	np_json_put_int(json, "macs", layer->macs);
	np_json_put_int(json, "flops", layer->flops);
	np_json_put_int(json, "params", layer->params);
	np_json_put_int(json, "input_bytes", layer->input_bytes);
	np_json_put_int(json, "output_bytes", layer->output_bytes);
	np_json_put_int(json, "weight_bytes", layer->weight_bytes);
	np_json_close(json);
}

static void put_totals(np_json *json, const np_network *network)
{
	np_network_totals totals = np_network_sums(network);
	np_json_key(json, "totals");
	np_json_object(json);
	np_json_put_int(json, "layers", np_network_layer_count(network));
	np_json_put_int(json, "macs", totals.macs);
	np_json_put_int(json, "flops", totals.flops);
	np_json_put_int(json, "params", totals.params);
	np_json_put_int(json, "weight_bytes", totals.weight_bytes);
	np_json_put_int(json, "activation_bytes", totals.activation_bytes);
	np_json_put_int(json, "peak_activation_bytes", totals.peak_activation_bytes);
	np_json_put_string(json, "flops_rule", np_flops_rule());
	np_json_close(json);
}

static void put_warnings(np_json *json, const np_network *network)
{
	np_json_key(json, "warnings");
	np_json_array(json);
	for (int i = 0; i < np_network_warning_count(network); i++)
		np_json_string(json, np_network_warning(network, i));
	np_json_close(json);
}

static void inspect_json(np_json *json, const void *subjects, int i)
{
	const np_network *network = network_at(subjects, i);
	np_json_object(json);
	np_json_put_string(json, "schema", "neuralpower/inspect/1");
	np_report_network(json, network);
	np_json_key(json, "layers");
	np_json_array(json);
	for (int k = 0; k < np_network_layer_count(network); k++)
		put_layer(json, network, np_network_layer(network, k));
	np_json_close(json);
	put_totals(json, network);
	put_warnings(json, network);
	np_json_close(json);
}

/* ---- CSV ---- */

static void inspect_csv(np_text *out, const void *subjects, int i)
{
	const np_network *network = network_at(subjects, i);
	for (int k = 0; k < np_network_layer_count(network); k++) {
		const np_layer *layer = np_network_layer(network, k);
		char shape[256];
		np_csv_text(out, np_network_name(network));
		np_text_printf(out, ",%" PRId64 ",%d,", np_network_batch(network), layer->index);
		np_csv_text(out, layer->name);
		np_text_printf(out, ",%s,", np_kind_name(layer->kind));
		np_csv_text(out, layer->op);
		np_text_printf(out, ",%s,%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "\n",
		               np_shape_format(np_network_tensor(network, layer->outputs[0])->shape, shape, sizeof shape),
		               layer->macs, layer->flops, layer->params, layer->input_bytes, layer->output_bytes,
		               layer->weight_bytes);
	}
}

/* ---- table ---- */

enum { INDEX = 4, TYPE = 13, SHAPE = 17, NUMBER = 8, FIXED = INDEX + TYPE + SHAPE + 3 * (NUMBER + 1) + 3 };

/* "3x3/2" and what else makes a window unusual. */
static void write_window(const np_layer *layer, char *text, size_t size)
{
	int rank = layer->spatial_rank;
	text[0] = '\0';
	if (rank < 1 || rank > 2)
		return;
	int used = rank == 2 ? snprintf(text, size, "%" PRId64 "x%" PRId64, layer->kernel[0], layer->kernel[1])
	                     : snprintf(text, size, "%" PRId64, layer->kernel[0]);
	if (layer->stride[0] > 1)
		snprintf(text + used, size - (size_t)used, "/%" PRId64, layer->stride[0]);
}

static void table_row(np_text *out, const np_network *network, const np_layer *layer, const np_report_options *options,
                      int name)
{
	char text[256], window[64];
	snprintf(text, sizeof text, "%d", layer->index);
	np_cell_right(out, options, text, INDEX);
	np_text_puts(out, " ");
	np_cell_left(out, options, layer->name, name);
	np_text_puts(out, " ");
	write_window(layer, window, sizeof window);
	snprintf(text, sizeof text, "%s %s", np_kind_name(layer->kind), window);
	np_cell_left(out, options, text, TYPE);
	np_text_puts(out, " ");
	np_cell_left(out, options, np_shape_format(np_network_tensor(network, layer->outputs[0])->shape, text, sizeof text),
	             SHAPE);
	const double values[] = {(double)layer->macs, (double)layer->flops, (double)layer->params};
	for (int i = 0; i < 3; i++) {
		np_text_puts(out, " ");
		np_cell_right(out, options, values[i] > 0 ? np_unit_count(values[i], window) : "-", NUMBER);
	}
	np_text_puts(out, "\n");
}

static void table_header(np_text *out, const np_report_options *options, int name)
{
	np_bold_on(out, options);
	np_cell_right(out, options, "#", INDEX);
	np_text_puts(out, " ");
	np_cell_left(out, options, "layer", name);
	np_text_puts(out, " ");
	np_cell_left(out, options, "type", TYPE);
	np_text_puts(out, " ");
	np_cell_left(out, options, "output", SHAPE);
	np_text_printf(out, " %8s %8s %8s", "MACs", "FLOPs", "params");
	np_bold_off(out, options);
	np_text_puts(out, "\n");
}

static void table_totals(np_text *out, const np_network *network)
{
	np_network_totals t = np_network_sums(network);
	char a[NP_UNIT_TEXT], b[NP_UNIT_TEXT], c[NP_UNIT_TEXT];
	np_put_counted(out, np_network_layer_count(network), "layer");
	np_text_printf(out, ", %s MACs, %s FLOPs, %s parameters\n", np_unit_count((double)t.macs, a),
	               np_unit_count((double)t.flops, b), np_unit_count((double)t.params, c));
	np_text_printf(out, "weights %s, activations %s in all, %s at the peak\n", np_unit_bytes((double)t.weight_bytes, a),
	               np_unit_bytes((double)t.activation_bytes, b), np_unit_bytes((double)t.peak_activation_bytes, c));
}

static void inspect_table(np_text *out, const void *subjects, int count, const np_report_options *options)
{
	int name = options->width - FIXED;
	if (name < 10)
		name = 10;
	for (int i = 0; i < count; i++) {
		const np_network *network = network_at(subjects, i);
		if (i)
			np_text_puts(out, "\n");
		np_put_plain(out, "%s (%s, %s), batch %" PRId64, np_network_name(network), np_network_path(network),
		             np_network_format(network), np_network_batch(network));
		np_text_puts(out, "\n\n");
		table_header(out, options, name);
		for (int k = 0; k < np_network_layer_count(network); k++)
			table_row(out, network, np_network_layer(network, k), options, name);
		np_rule(out, options, FIXED + name);
		table_totals(out, network);
	}
}

np_status np_report_inspect(const np_network *const *networks, int count, const np_report_options *options, char **text,
                            size_t *size, np_error *err)
{
	static const np_report_kind INSPECT = {
	        .table = inspect_table,
	        .json = inspect_json,
	        .csv_header = "network,batch,index,name,type,op,output,macs,flops,params,input_bytes,output_bytes,weight_bytes",
	        .csv = inspect_csv,
	};
	return np_report_write(&INSPECT, networks, count, options, text, size, err);
}
