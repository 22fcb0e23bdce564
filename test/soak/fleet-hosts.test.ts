import { testHostFaults } from '../fleet/host-faults.js';

testHostFaults({ folders: 200, filesEach: 250, largeBytes: 1024 ** 3, bwlimit: '20m' }, 1_800_000);
