using System.Net.Sockets;
using Cierre.EventLoops.Loops;
using CsCheck;
using Xunit;

namespace Cierre.EventLoops.Tests.Loops;

public sealed class SocketTableTests
{
    private readonly SocketTable _table = new();

    [Fact]
    public void Socket_is_found_by_its_key_until_it_leaves()
    {
        WatchedSocket socket = Make();
        _table.Add(socket);
        Assert.Same(socket, _table.Find(socket.Key));
        _table.Remove(socket);
        Assert.Null(_table.Find(socket.Key));
    }

    [Fact]
    public void Event_of_a_socket_that_has_left_does_not_find_the_one_that_has_its_place()
    {
        WatchedSocket first = Make(), second = Make();
        _table.Add(first);
        ulong stale = first.Key;
        _table.Remove(first);
        _table.Add(second);
        Assert.Equal((uint)stale, (uint)second.Key);
        Assert.Null(_table.Find(stale));
        Assert.Same(second, _table.Find(second.Key));
    }

    [Fact]
    public void Socket_that_leaves_twice_takes_no_other_with_it()
    {
        WatchedSocket first = Make(), second = Make();
        _table.Add(first);
        _table.Remove(first);
        _table.Add(second);
        _table.Remove(first);
        Assert.Same(second, _table.Find(second.Key));
    }

    [Fact]
    public void Each_finds_itself_whatever_comes_and_goes() => Gen.Int[0, 9].Array[0, 2000].Sample(steps =>
    {
        var table = new SocketTable();
        var here = new List<WatchedSocket>();
        var gone = new List<ulong>();
        foreach (int step in steps)
        {
            if (step < 6 || here.Count == 0)
            {
                here.Add(Make());
                table.Add(here[^1]);
            }
            else
            {
                WatchedSocket leaves = here[step * here.Count / 10];
                gone.Add(leaves.Key);
                here.Remove(leaves);
                table.Remove(leaves);
            }
        }

        Assert.All(here, socket => Assert.Same(socket, table.Find(socket.Key)));
        Assert.All(gone, key => Assert.Null(table.Find(key)));
        Assert.Null(table.Find(ulong.MaxValue));
    });

    private static WatchedSocket Make() => new(null!, new SafeSocketHandle(-1, ownsHandle: false), null!);
}
