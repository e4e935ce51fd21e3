package org.peft4j.e2e;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** A file that takes few bytes at a time, and none where a fault is planned. */
final class FaultyChannel extends FileChannel {
    /** Writes are cut to this: every writer has to go on with the rest. */
    private static final int MOST = 50_000;

    private final FileChannel real;
    private final Path path;
    private final Faults faults;

    FaultyChannel(FileChannel real, Path path, Faults faults) {
        this.real = real;
        this.path = path;
        this.faults = faults;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        int limit = from.limit();
        int half = from.remaining() / 2;
        try {
            faults.before(path);
        } catch (IOException | Faults.Killed e) {
            real.write(from.limit(from.position() + Math.min(half, MOST)));
            from.limit(limit);
            throw e;
        }
        try {
            return real.write(from.limit(from.position() + Math.min(from.remaining(), MOST)));
        } finally {
            from.limit(limit);
        }
    }

    @Override
    public void force(boolean metaData) throws IOException {
        faults.before(path);
        real.force(metaData);
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        faults.beforeRemoval(path);
        real.truncate(size);
        return this;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return real.read(into);
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
        return real.read(into, position);
    }

    @Override
    public long position() throws IOException {
        return real.position();
    }

    @Override
    public FileChannel position(long newPosition) throws IOException {
        real.position(newPosition);
        return this;
    }

    @Override
    public long size() throws IOException {
        return real.size();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
        return real.map(mode, position, size);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        return real.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        real.close();
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int write(ByteBuffer from, long position) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
        throw new UnsupportedOperationException();
    }
}
