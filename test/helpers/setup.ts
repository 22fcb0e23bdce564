// Before each file of tests: what they make has the modes that they expect, whatever the umask of who runs them.
process.umask(0o022);
