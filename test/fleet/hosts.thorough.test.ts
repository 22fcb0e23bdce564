import { testHostFaults } from './host-faults.js';

testHostFaults({ folders: 30, filesEach: 50, largeBytes: 64 * 1024 ** 2, bwlimit: '2m' }, 240_000);
