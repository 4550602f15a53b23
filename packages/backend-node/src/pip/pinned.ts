import { type Platform, platformName } from '../platform.ts';

/** One file of a package index, known to the byte. */
export interface PinnedWheel {
  project: string;
  version: string;
  file: string;
  sha256: string;
  bytes: number;
}

/** The version that was tried with tfjs-node 4.22: its whole C API is there, every kernel of tfjs-node works. */
export const TENSORFLOW_VERSION = '2.21.0';

/** The first zig in a wheel whose `c++` was seen to build a binding that trains. */
export const ZIG_VERSION = '0.17.1';

/**
 * The wheels that carry libtensorflow, by platform. The CPU-only `tensorflow-cpu` on x86_64, where `tensorflow` is twice
 * the size; `tensorflow` elsewhere. The same library is in the wheel of each Python version: an index that keeps only
 * some of them will do. Intel Macs have had no wheel since 2.16; Windows' wheel has no libtensorflow.
 */
const TENSORFLOW: Record<string, PinnedWheel[]> = {
  'linux-x64': [
    tensorflow(
      'tensorflow-cpu',
      'tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl',
      274000871,
      'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
    ),
    tensorflow(
      'tensorflow-cpu',
      'tensorflow_cpu-2.21.0-cp313-cp313-manylinux_2_27_x86_64.whl',
      274271560,
      '05af7c26d35f4de910b5598c7b507e3981831a7b0f47fed9a405d995d51d7793',
    ),
  ],
  'linux-arm64': [
    tensorflow(
      'tensorflow',
      'tensorflow-2.21.0-cp312-cp312-manylinux_2_27_aarch64.whl',
      281946471,
      'b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552',
    ),
    tensorflow(
      'tensorflow',
      'tensorflow-2.21.0-cp313-cp313-manylinux_2_27_aarch64.whl',
      282213003,
      'a10abdfb8b1189210c251021a3f153b7ccc52a8e6521351f3dc3331e8ba593e0',
    ),
  ],
  'darwin-arm64': [
    tensorflow(
      'tensorflow',
      'tensorflow-2.21.0-cp312-cp312-macosx_12_0_arm64.whl',
      223488205,
      '56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712',
    ),
    tensorflow(
      'tensorflow',
      'tensorflow-2.21.0-cp313-cp313-macosx_12_0_arm64.whl',
      223766900,
      'a145ed46c58192b7c3f9916d070caf4f6afc6dc7e5511f83dd97677f4c4947f4',
    ),
  ],
};

/** The wheels that carry a C++ compiler, for machines that have none. */
const ZIG: Record<string, PinnedWheel[]> = {
  'linux-x64': [
    zig(
      'ziglang-0.17.1-py3-none-manylinux_2_12_x86_64.manylinux2010_x86_64.musllinux_1_1_x86_64.whl',
      101083562,
      'ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54',
    ),
  ],
  'linux-arm64': [
    zig(
      'ziglang-0.17.1-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl',
      98063064,
      'b7c5f02fccd40f89b999ee16a1f5ddced56e6182370f8affe494bcf8a28cf07e',
    ),
  ],
  'darwin-arm64': [
    zig('ziglang-0.17.1-py3-none-macosx_13_0_arm64.whl', 100390379, '09953b6af7f64168b915180a42774f520f92d86ef6331b28e33915c7e1f0bb23'),
  ],
};

export function tensorflowWheels(platform: Platform): readonly PinnedWheel[] {
  return TENSORFLOW[platformName(platform)] ?? [];
}

export function zigWheels(platform: Platform): readonly PinnedWheel[] {
  return ZIG[platformName(platform)] ?? [];
}

function tensorflow(project: string, file: string, bytes: number, sha256: string): PinnedWheel {
  return { project, version: TENSORFLOW_VERSION, file, sha256, bytes };
}

function zig(file: string, bytes: number, sha256: string): PinnedWheel {
  return { project: 'ziglang', version: ZIG_VERSION, file, sha256, bytes };
}
