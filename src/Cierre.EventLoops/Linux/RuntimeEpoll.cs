using System.Runtime.InteropServices;

namespace Cierre.EventLoops.Linux;

/// <summary>The epoll instances on which the runtime watches the sockets that it waits for.</summary>
/// <remarks>
/// A socket that was waited for once stays on them until it is closed. Each packet of a socket that a loop has taken over would wake the runtime's thread
/// too, which finds nobody to tell.
/// </remarks>
internal static class RuntimeEpoll
{
    private const string Descriptors = "/proc/self/fd";

    // All that there are when the first socket comes, and the runtime makes its own before. Those of others never have a socket of ours, so to ask them changes
    // nothing.
    private static readonly Lazy<int[]> s_instances = new(Find);

    /// <summary>Takes a socket off them. It is waited for by nobody now, and not by the runtime any more.</summary>
    public static void Forget(SafeHandle socket)
    {
        foreach (int instance in s_instances.Value) Syscalls.Forget(instance, socket);
    }

    private static int[] Find()
    {
        var found = new List<int>();
        try
        {
            foreach (string path in Directory.EnumerateFiles(Descriptors))
            {
                if (IsEpoll(path) && int.TryParse(Path.GetFileName(path), out int descriptor)) found.Add(descriptor);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without /proc it costs a wake-up for each packet, and nothing is wrong.
        }

        return [.. found];
    }

    private static bool IsEpoll(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: false)?.Name == "anon_inode:[eventpoll]";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It was closed in the meantime.
            return false;
        }
    }
}
