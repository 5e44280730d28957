using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cierre.EventLoops.Linux;

/// <summary>The system calls of the event loops: the only unsafe code of the project. A call that fails returns -1, and its errno is the result's
/// <see cref="Errno"/>.</summary>
internal static partial class Syscalls
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int NoSignal = 0x4000;
    private const int DontWait = 0x40;

    // epoll_event is packed on x86-64 alone (epoll_ctl(2), sys/epoll.h).
    private static readonly bool s_isPacked = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;

    // libc's recv and send are points where a thread can be cancelled, which costs some 30 ns for each call and is of no use here. 0: take them all the same.
    private static readonly nint s_recvfrom = RuntimeInformation.ProcessArchitecture switch { Architecture.X64 => 45, Architecture.Arm64 => 207, _ => 0 };

    private static readonly nint s_sendto = RuntimeInformation.ProcessArchitecture switch { Architecture.X64 => 44, Architecture.Arm64 => 206, _ => 0 };

    // The function of this name came with glibc 2.30, and older ones are supported.
    private static readonly nint s_gettid = RuntimeInformation.ProcessArchitecture switch { Architecture.X64 => 186, Architecture.Arm64 => 178, _ => 0 };

    /// <summary>How many bytes an epoll_event has, and where its data begins.</summary>
    public static int EventSize { get; } = s_isPacked ? 12 : 16;

    public static int EventData { get; } = s_isPacked ? 4 : 8;

    /// <summary>The error of the thread's last call.</summary>
    public static Errno LastError => (Errno)Marshal.GetLastPInvokeError();

    public static nint CreateEpoll() => epoll_create1(CloseOnExec);

    /// <summary>A counter to wake a loop with.</summary>
    public static nint CreateCounter() => eventfd(0, CloseOnExec | NonBlocking);

    public static unsafe int Control(SafeHandle epoll, EpollOperation operation, SafeHandle descriptor, EpollEvents events, ulong data)
    {
        byte* entry = stackalloc byte[16];
        Unsafe.WriteUnaligned(entry, (uint)events);
        Unsafe.WriteUnaligned(entry + EventData, data);
        return epoll_ctl(epoll, (int)operation, descriptor, entry);
    }

    /// <summary>Takes a descriptor off an epoll instance of somebody else's, where it is on it.</summary>
    public static unsafe void Forget(int epoll, SafeHandle descriptor) => _ = epoll_ctl((nint)epoll, (int)EpollOperation.Remove, descriptor, null);

    /// <param name="timeout">In milliseconds; -1: for ever.</param>
    /// <returns>How many events lie in <paramref name="events"/>.</returns>
    public static unsafe int Wait(SafeHandle epoll, Span<byte> events, int timeout)
    {
        fixed (byte* first = events) return epoll_wait(epoll, first, events.Length / EventSize, timeout);
    }

    public static unsafe int Receive(SafeHandle socket, Span<byte> buffer)
    {
        fixed (byte* first = buffer)
        {
            return (int)(s_recvfrom != 0
                ? syscall(s_recvfrom, socket, first, (nuint)buffer.Length, DontWait, 0, 0)
                : recv(socket, first, (nuint)buffer.Length, DontWait));
        }
    }

    public static unsafe int Send(SafeHandle socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            return (int)(s_sendto != 0
                ? syscall(s_sendto, socket, first, (nuint)bytes.Length, DontWait | NoSignal, 0, 0)
                : send(socket, first, (nuint)bytes.Length, DontWait | NoSignal));
        }
    }

    /// <summary>Adds one to the counter.</summary>
    public static unsafe void Raise(SafeHandle counter)
    {
        ulong one = 1;
        // EAGAIN: the counter is at its most, and so above nought.
        _ = write(counter, &one, sizeof(ulong));
    }

    /// <summary>Sets the counter to nought.</summary>
    public static unsafe void Lower(SafeHandle counter)
    {
        ulong count;
        _ = read(counter, &count, sizeof(ulong));
    }

    public static int Close(nint descriptor) => close(descriptor);

    /// <summary>The kernel's id of this thread.</summary>
    public static int ThreadId() => (int)(s_gettid != 0 ? syscall(s_gettid) : gettid());

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint eventfd(uint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int epoll_ctl(SafeHandle epoll, int operation, SafeHandle descriptor, byte* entry);

    [LibraryImport("libc")]
    private static unsafe partial int epoll_ctl(nint epoll, int operation, SafeHandle descriptor, byte* entry);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int epoll_wait(SafeHandle epoll, byte* events, int most, int timeout);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint syscall(nint number, SafeHandle socket, byte* bytes, nuint length, nint flags, nint address, nint addressLength);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint recv(SafeHandle socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint send(SafeHandle socket, byte* bytes, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint read(SafeHandle descriptor, void* buffer, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint write(SafeHandle descriptor, void* bytes, nuint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(nint descriptor);

    [LibraryImport("libc")]
    private static partial nint syscall(nint number);

    [LibraryImport("libc")]
    private static partial int gettid();
}

/// <summary>What happened to a descriptor, or what is to be told of it: epoll_ctl(2).</summary>
[Flags]
internal enum EpollEvents : uint
{
    None = 0,
    In = 1,
    Out = 4,
    Error = 8,
    HangUp = 16,
}

internal enum EpollOperation
{
    Add = 1,
    Remove = 2,
    Modify = 3,
}

/// <summary>The errors that a loop meets: errno(3), the numbers of Linux.</summary>
internal enum Errno
{
    None = 0,
    Interrupted = 4,
    BadDescriptor = 9,
    Again = 11,
    NoMemory = 12,
    TooManyOfSystem = 23,
    TooMany = 24,
    BrokenPipe = 32,
    NoSpace = 28,
    Protocol = 71,
    NetworkDown = 100,
    NetworkUnreachable = 101,
    ConnectionAborted = 103,
    ConnectionReset = 104,
    NoBuffers = 105,
    NotConnected = 107,
    TimedOut = 110,
    ConnectionRefused = 111,
    HostDown = 112,
    HostUnreachable = 113,
}
