/* Words for comparing a vendor's declarations with ours. */
#ifndef NP_TEST_DECLARE_H
#define NP_TEST_DECLARE_H

#define SAME(ours, theirs) _Static_assert((long long)(ours) == (long long)(theirs), #ours " is not " #theirs)
#define SAME_SIZE(ours, theirs) _Static_assert(sizeof(ours) == sizeof(theirs), #ours " has not the size of " #theirs)
#define SAME_PLACE(ours, member, theirs, other)                                             \
	_Static_assert(offsetof(ours, member) == offsetof(theirs, other) &&                 \
	                       sizeof(((ours *)0)->member) == sizeof(((theirs *)0)->other), \
	               #member " is not " #other)
/* We pass enumerations as int. */
#define AS_INT(type) _Static_assert(sizeof(type) == sizeof(int), #type " is not passed as an int")

#endif
