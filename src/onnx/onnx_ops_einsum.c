/* Einsum: the equation names the axes; what is named on the left alone is summed over. */
#include "base/checked.h"
#include "onnx/onnx_ops.h"

#include <string.h>

enum { LETTERS = 52, ELLIPSIS = -1 };

typedef struct equation {
	int64_t size[LETTERS]; /* 0 = the letter is not used */
	int uses[LETTERS];     /* on the left */
	int64_t around[NP_MAX_RANK];
	np_shape ellipsis; /* the joint shape of all "..." */
} equation;

static int letter_index(char c)
{
	return c >= 'a' && c <= 'z' ? c - 'a' : c >= 'A' && c <= 'Z' ? c - 'A' + 26 : -1;
}

/* The axes of one term, up to a comma, an arrow or the end: letter indices or ELLIPSIS. -1 when it is malformed. */
static int read_term(const char **text, int *axes)
{
	int count = 0;
	for (; **text && **text != ',' && **text != '-'; (*text)++) {
		if (**text == ' ')
			continue;
		if (count >= NP_MAX_RANK)
			return -1;
		if (strncmp(*text, "...", 3) == 0) {
			axes[count++] = ELLIPSIS;
			*text += 2;
		} else if (letter_index(**text) >= 0) {
			axes[count++] = letter_index(**text);
		} else {
			return -1;
		}
	}
	return count;
}

static np_status bind_letter(np_onnx_call *call, equation *e, int letter, int64_t size)
{
	e->uses[letter]++;
	if (e->size[letter] <= 1)
		e->size[letter] = size;
	if (size == e->size[letter] || size == 1)
		return NP_OK;
	return np_onnx_fail(call, NP_ERR_DATA, "an axis has the sizes %lld and %lld", (long long)e->size[letter],
	                    (long long)size);
}

/* Gives the letters of a term the sizes of an operand. */
static np_status bind_term(np_onnx_call *call, equation *e, const int *axes, int count, np_shape in)
{
	int named = 0, at = 0;
	for (int i = 0; i < count; i++)
		named += axes[i] != ELLIPSIS;
	bool open = named < count;
	if (count - named > 1 || named > in.rank || (!open && named != in.rank))
		return np_onnx_fail(call, NP_ERR_DATA, "its equation does not fit an operand of rank %d", in.rank);
	for (int i = 0; i < count; i++) {
		if (axes[i] == ELLIPSIS) {
			np_shape inner = {in.rank - named, in.dims + at};
			NP_TRY(np_onnx_broadcast(call, e->ellipsis, inner, e->around, &e->ellipsis.rank));
			e->ellipsis.dims = e->around;
			at += inner.rank;
		} else {
			NP_TRY(bind_letter(call, e, axes[i], in.dims[at++]));
		}
	}
	return NP_OK;
}

static np_status append_axis(np_onnx_call *call, int64_t size, int64_t *dims, int *rank)
{
	if (*rank >= NP_MAX_RANK)
		return np_onnx_fail(call, NP_ERR_LIMIT, "its output has more than %d axes", NP_MAX_RANK);
	dims[(*rank)++] = size;
	return NP_OK;
}

static np_status append_ellipsis(np_onnx_call *call, const equation *e, int64_t *dims, int *rank)
{
	for (int i = 0; i < e->ellipsis.rank; i++)
		NP_TRY(append_axis(call, e->ellipsis.dims[i], dims, rank));
	return NP_OK;
}

/* Without an arrow: the ellipsis, then the letters used once, in alphabetical order (capitals first). */
static np_status implied_result(np_onnx_call *call, const equation *e, int64_t *dims, int *rank, bool *kept)
{
	NP_TRY(append_ellipsis(call, e, dims, rank));
	for (int i = 0; i < LETTERS; i++) {
		int letter = (i + 26) % LETTERS;
		kept[letter] = e->uses[letter] == 1;
		if (kept[letter])
			NP_TRY(append_axis(call, e->size[letter], dims, rank));
	}
	return NP_OK;
}

static np_status stated_result(np_onnx_call *call, const equation *e, const char *text, int64_t *dims, int *rank, bool *kept)
{
	int axes[NP_MAX_RANK], count = read_term(&text, axes);
	if (count < 0 || *text)
		return np_onnx_fail(call, NP_ERR_DATA, "its equation is malformed");
	for (int i = 0; i < count; i++) {
		if (axes[i] == ELLIPSIS) {
			NP_TRY(append_ellipsis(call, e, dims, rank));
			continue;
		}
		if (!e->uses[axes[i]])
			return np_onnx_fail(call, NP_ERR_DATA, "its result names an axis that no operand has");
		kept[axes[i]] = true;
		NP_TRY(append_axis(call, e->size[axes[i]], dims, rank));
	}
	return NP_OK;
}

/* Products per result: the sizes of all letters that are summed over. */
static np_status describe(np_onnx_call *call, const equation *e, const bool *kept, int rank)
{
	int activations = 0;
	const np_onnx_value *in = NULL;
	for (int i = 0; i < call->in_count; i++)
		if (!np_onnx_is_constant(call->in[i])) {
			activations++;
			in = in ? in : call->in[i];
		}
	int64_t products = 1;
	for (int i = 0; i < LETTERS; i++)
		if (e->uses[i] && !kept[i] && !np_mul_into(&products, e->size[i]))
			return np_onnx_fail(call, NP_ERR_LIMIT, "it has more than 2^63 products");
	call->desc.contraction = products;
	if (call->in_count == 1)
		call->desc.kind = products > 1 ? NP_REDUCE : NP_RESHAPE;
	else if (activations >= 2)
		call->desc.kind = NP_MATMUL;
	else if (in && rank && in->shape.rank)
		call->desc.kind = NP_FC;
	else
		call->desc.kind = NP_ELTWISE;
	call->desc.axis = in && in->shape.rank ? in->shape.rank - 1 : 0;
	return NP_OK;
}

np_status np_onnx_op_einsum(np_onnx_call *call)
{
	const char *text = np_onnx_attr_text(call, "equation", "");
	equation e = {.ellipsis = {0, e.around}};
	bool kept[LETTERS] = {false};
	int64_t dims[NP_MAX_RANK];
	int axes[NP_MAX_RANK], rank = 0;
	for (int i = 0; i < call->in_count; i++) {
		np_onnx_value *in;
		NP_TRY(np_onnx_need(call, i, &in));
		int count = read_term(&text, axes);
		if (count < 0 || (i + 1 < call->in_count) != (*text == ','))
			return np_onnx_fail(call, NP_ERR_DATA, "its equation is malformed");
		text += *text == ',';
		NP_TRY(bind_term(call, &e, axes, count, in->shape));
	}
	if (!call->in_count || (*text && strncmp(text, "->", 2) != 0))
		return np_onnx_fail(call, NP_ERR_DATA, "its equation is malformed");
	if (*text)
		NP_TRY(stated_result(call, &e, text + 2, dims, &rank, kept));
	else
		NP_TRY(implied_result(call, &e, dims, &rank, kept));
	NP_TRY(describe(call, &e, kept, rank));
	return np_onnx_set(call, 0, call->in[0]->type, dims, rank);
}
