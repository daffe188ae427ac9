// A process for resume.test.js to kill: trains or resumes, and reports progress as lines of JSON.
import { goOn } from '../browser/kept-training.js';

const tell = (news) => process.stdout.write(`${JSON.stringify(news)}\n`);
tell({ hash: await goOn({ ...JSON.parse(process.argv[2]), onProgress: ({ step, steps }) => tell({ step, steps }) }) });
