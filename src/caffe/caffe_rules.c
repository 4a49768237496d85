/*
 * Which layers take part: `include` and `exclude` rules held against the network's state at test time. Stages are those
 * of the root's own `state`; a file that knows a stage "deploy" is read in it, since that is its network for inference.
 */
#include "base/error.h"
#include "caffe/caffe_layer.h"

static const char *const RULES[] = {"include", "exclude"};

static bool rule_knows(const np_proto *rule, const char *stage)
{
	static const char *const FIELDS[] = {"stage", "not_stage"};
	for (int i = 0; i < 2; i++)
		for (const np_proto *f = np_proto_find(rule, FIELDS[i]); f; f = np_proto_again(f))
			if (f->kind == NP_PROTO_STRING && np_proto_is(f, stage))
				return true;
	return false;
}

static bool file_knows(const np_proto *root, const char *stage)
{
	for (const np_proto *layer = root->first; layer; layer = layer->next)
		for (int i = 0; i < 2; i++)
			for (const np_proto *rule = np_proto_find(layer, RULES[i]); rule; rule = np_proto_again(rule))
				if (rule_knows(rule, stage))
					return true;
	return false;
}

np_status np_caffe_read_state(np_caffe_reader *reader)
{
	const np_proto *state;
	NP_TRY(np_proto_message(reader->root, "state", &state, reader->err));
	for (const np_proto *f = np_proto_find(state, "stage"); f; f = np_proto_again(f)) {
		const char *stage;
		NP_TRY(np_proto_as_string(f, &stage, reader->err));
		NP_TRY(np_blob_names_set(&reader->stages, stage, 0, reader->err));
	}
	return file_knows(reader->root, "deploy") ? np_blob_names_set(&reader->stages, "deploy", 0, reader->err) : NP_OK;
}

/* Every `stage` of the rule must be on, every `not_stage` off. */
static np_status meets_stages(np_caffe_reader *reader, const np_proto *rule, const char *field, bool wanted, bool *met)
{
	for (const np_proto *f = np_proto_find(rule, field); f; f = np_proto_again(f)) {
		const char *stage;
		NP_TRY(np_proto_as_string(f, &stage, reader->err));
		if ((np_blob_names_find(&reader->stages, stage) >= 0) != wanted)
			*met = false;
	}
	return NP_OK;
}

static np_status meets(np_caffe_reader *reader, const np_proto *rule, bool *met)
{
	enum { TRAIN, TEST };
	static const char *const PHASES[] = {[TRAIN] = "TRAIN", [TEST] = "TEST"};
	int phase = TEST;
	int64_t least = 0, most = 0; /* the level of the state is 0 */
	if (rule->kind != NP_PROTO_MESSAGE)
		return np_fail_at(reader->err, NP_ERR_DATA, rule->line, rule->column, "a rule in braces was expected");
	NP_TRY(np_proto_choice(rule, "phase", PHASES, 2, &phase, reader->err));
	NP_TRY(np_proto_int(rule, "min_level", INT32_MIN, INT32_MAX, &least, reader->err));
	NP_TRY(np_proto_int(rule, "max_level", INT32_MIN, INT32_MAX, &most, reader->err));
	*met = phase == TEST && least <= 0 && most >= 0;
	NP_TRY(meets_stages(reader, rule, "stage", true, met));
	return meets_stages(reader, rule, "not_stage", false, met);
}

static np_status meets_any(np_caffe_reader *reader, const np_proto *node, const char *name, bool *any)
{
	*any = false;
	for (const np_proto *rule = np_proto_find(node, name); rule; rule = np_proto_again(rule)) {
		bool met;
		NP_TRY(meets(reader, rule, &met));
		*any = *any || met;
	}
	return NP_OK;
}

np_status np_caffe_is_included(np_caffe_reader *reader, const np_proto *node, bool *included)
{
	bool include, exclude;
	NP_TRY(meets_any(reader, node, "include", &include));
	NP_TRY(meets_any(reader, node, "exclude", &exclude));
	*included = np_proto_find(node, "include") ? include : !exclude;
	return NP_OK;
}
