package org.peft4j.qlora;

/** The scale of each block. */
sealed interface Scales {
    int count();

    /** Those of {@code n} blocks from {@code first} on, to the start of {@code into}. */
    void copy(int first, int n, float[] into);

    long bytes();

    /** As they are. */
    @SuppressWarnings("ArrayRecordComponent")
    record Plain(float[] absmax) implements Scales {
        @Override
        public int count() {
            return absmax.length;
        }

        @Override
        public void copy(int first, int n, float[] into) {
            System.arraycopy(absmax, first, into, 0, n);
        }

        @Override
        public long bytes() {
            return 4L * absmax.length;
        }
    }

    /** In 8 bits: the difference from the mean, in blocks that have a scale of their own. */
    @SuppressWarnings("ArrayRecordComponent")
    record Coded(byte[] codes, float[] nestedAbsmax, float offset, Codebook levels, int block) implements Scales {
        private static final int NESTED_BLOCK = 256;

        static Coded of(float[] absmax) {
            double sum = 0;
            for (float a : absmax) {
                sum += a;
            }
            float offset = (float) (sum / absmax.length);
            byte[] codes = new byte[absmax.length];
            float[] nested = new float[(absmax.length + NESTED_BLOCK - 1) / NESTED_BLOCK];
            for (int i = 0; i < codes.length; i++) {
                nested[i / NESTED_BLOCK] = Math.max(nested[i / NESTED_BLOCK], Math.abs(absmax[i] - offset));
            }
            for (int i = 0; i < codes.length; i++) {
                float largest = nested[i / NESTED_BLOCK];
                float factor = largest > 0 ? 1 / largest : 0;
                codes[i] = (byte) Codebook.DYNAMIC.nearest((absmax[i] - offset) * factor);
            }
            return new Coded(codes, nested, offset, Codebook.DYNAMIC, NESTED_BLOCK);
        }

        @Override
        public int count() {
            return codes.length;
        }

        @Override
        public void copy(int first, int n, float[] into) {
            for (int i = 0; i < n; ) {
                int nested = (first + i) / block;
                float factor = nestedAbsmax[nested];
                for (int end = Math.min(n, (nested + 1) * block - first); i < end; i++) {
                    into[i] = levels.level(codes[first + i] & 0xff) * factor + offset;
                }
            }
        }

        @Override
        public long bytes() {
            return codes.length + 4L * nestedAbsmax.length + 4;
        }
    }
}
