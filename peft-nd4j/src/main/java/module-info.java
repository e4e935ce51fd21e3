/** ND4J and its native CPU backend as one real module: the upstream jars carry descriptors that do not resolve. */
open module org.peft4j.nd4j {
    requires transitive org.bytedeco.javacpp;
    requires transitive org.bytedeco.openblas;
    requires transitive org.bytedeco.dnnl;
    requires org.slf4j;
    requires org.apache.commons.lang3;
    requires org.apache.commons.io;
    requires org.apache.commons.collections4;
    requires java.logging;
    requires java.management;
    requires java.xml;
    requires jdk.unsupported;
    requires static java.sql;
    requires static java.desktop;
    requires static java.compiler;

    exports org.nd4j.linalg.api.buffer; // data buffers and types
    exports org.nd4j.linalg.api.ndarray; // INDArray
    exports org.nd4j.linalg.factory; // Nd4j
    exports org.nd4j.linalg.indexing; // pieces of flat vectors
    exports org.nd4j.linalg.learning; // updaters
    exports org.nd4j.linalg.learning.config;
    exports org.nd4j.linalg.schedule;
    exports org.nd4j.nativeblas; // the number of native threads

    uses org.nd4j.linalg.factory.Nd4jBackend;
    uses org.nd4j.linalg.env.EnvironmentalAction;
    uses org.nd4j.linalg.compression.NDArrayCompressor;
    uses org.nd4j.common.base.PreconditionsFormat;
    uses org.nd4j.systeminfo.GPUInfoProvider;

    provides org.nd4j.linalg.factory.Nd4jBackend with
            org.nd4j.linalg.cpu.nativecpu.CpuBackend;
    provides org.nd4j.linalg.compression.NDArrayCompressor with
            org.nd4j.compression.impl.Gzip,
            org.nd4j.compression.impl.NoOp,
            org.nd4j.linalg.cpu.nativecpu.compression.CpuThreshold;
    provides org.nd4j.linalg.env.EnvironmentalAction with
            org.nd4j.linalg.env.impl.DebugAction,
            org.nd4j.linalg.env.impl.VerboseAction,
            org.nd4j.linalg.env.impl.FallbackAction,
            org.nd4j.linalg.env.impl.WorkspacesBypassAction,
            org.nd4j.linalg.env.impl.WorkspacesDebugAction,
            org.nd4j.linalg.env.impl.WorkspacesSpillAction,
            org.nd4j.linalg.env.impl.OmpNumThreadsAction,
            org.nd4j.linalg.env.impl.NDArrayUnpackAction;
    provides org.nd4j.common.base.PreconditionsFormat with
            org.nd4j.linalg.util.NDArrayPreconditionsFormat;
}
