import type { AddCommand, CommandContext } from '../command.ts';
import { EXIT } from '../exit-status.ts';
import { jsonOption } from '../options.ts';

interface DoctorFlags {
  readonly install?: boolean;
  readonly json?: boolean;
}

export const addDoctor: AddCommand = (program, context) => {
  program
    .command('doctor')
    .description('backend in use, versions, and what to do about what is missing')
    .option('--install', 'get the native backend: download, link or build it')
    .addOption(jsonOption())
    .action((flags: DoctorFlags) => doctor(flags, context));
};

async function doctor({ install, json }: DoctorFlags, context: CommandContext): Promise<void> {
  const { terminal, interrupt } = context;
  const { diagnose, installNative } = await import('@espalier/backend-node');
  if (install) {
    const { DownloadProgress } = await import('../view/download-progress.ts');
    const progress = new DownloadProgress(terminal);
    await installNative({
      log: (line) => progress.log(line),
      onBytes: (what, done, total) => progress.show(what, done, total),
      signal: interrupt.signal,
    }).finally(() => progress.end());
  }
  const diagnosis = await diagnose();
  if (json) terminal.printJson(diagnosis);
  else {
    const { diagnosisView } = await import('../view/diagnosis-view.ts');
    terminal.print(diagnosisView(diagnosis, terminal));
  }
  if (diagnosis.backend === undefined) context.status = EXIT.failed;
}
