import { serve } from '../index.js';

// What a forked process runs unless its pool names another program. The tasks' modules may use the layer too:
// what they are given, and what they make, has to be of the same classes.

serve();
