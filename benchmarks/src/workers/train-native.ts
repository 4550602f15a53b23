import { serve, timed, workOf } from './frame.ts';
import { epoch, openSession, prepareTraining, type TrainingWork } from './training.ts';

const training = await prepareTraining(workOf<TrainingWork>());
const session = openSession(training, true);
let number = 0;

await serve(async () => {
  number += 1;
  return { seconds: await timed(() => epoch(training, session, number)) };
});
