import { describe } from 'vitest';
import { testClaims } from './claim-tests.js';

describe('in a new destination', () => testClaims(false));
