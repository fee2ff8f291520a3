//! The contract suite: one function per promise, run against every adapter.
