using Cierre.Tool.Connect;
using Xunit;

namespace Cierre.Tool.Tests.Connect;

public sealed class LineBufferTests
{
    private readonly LineBuffer _line = new();

    [Fact]
    public void Letters_go_where_the_cursor_is()
    {
        Type("hllo");
        Press(ConsoleKey.Home);
        Press(ConsoleKey.RightArrow);
        Type("e");
        Assert.Equal(("hello", 2), (_line.Text, _line.Cursor));
        Assert.Equal("hello", _line.Press(Key(ConsoleKey.Enter, '\r')));
        Assert.Equal("", _line.Text);
    }

    [Theory]
    [InlineData(ConsoleKey.Backspace, false, "ab cd e")]
    [InlineData(ConsoleKey.W, true, "ab cd ")]
    [InlineData(ConsoleKey.U, true, "")]
    [InlineData(ConsoleKey.K, true, "ab cd ef")]
    [InlineData(ConsoleKey.Delete, false, "ab cd ef")]
    public void Keys_of_a_shell_delete_what_they_delete_there(ConsoleKey key, bool control, string left)
    {
        Type("ab cd ef");
        Press(key, control);
        Assert.Equal(left, _line.Text);
    }

    [Fact]
    public void Key_in_the_middle_deletes_to_its_side()
    {
        Type("abcd");
        Press(ConsoleKey.LeftArrow);
        Press(ConsoleKey.LeftArrow);
        Press(ConsoleKey.D, control: true);
        Assert.Equal("abd", _line.Text);
        Press(ConsoleKey.K, control: true);
        Assert.Equal("ab", _line.Text);
        Press(ConsoleKey.A, control: true);
        Press(ConsoleKey.Backspace);
        Assert.Equal("ab", _line.Text);
    }

    [Fact]
    public void Letter_of_several_code_points_is_one()
    {
        Type("a👩‍👩‍👧e\u0301");
        Press(ConsoleKey.Backspace);
        Assert.Equal("a👩‍👩‍👧", _line.Text);
        Press(ConsoleKey.Backspace);
        Assert.Equal("a", _line.Text);
    }

    [Fact]
    public void Lines_of_before_are_on_the_arrow_keys_and_the_draft_behind_them()
    {
        Enter("one");
        Enter("two");
        Enter("two");
        Enter("");
        Type("draft");
        Assert.Equal(["two", "one", "one", "two", "draft", "draft"], ((ConsoleKey[])[ConsoleKey.UpArrow, ConsoleKey.UpArrow, ConsoleKey.UpArrow, ConsoleKey.DownArrow, ConsoleKey.DownArrow, ConsoleKey.DownArrow]).Select(key =>
        {
            Press(key);
            return _line.Text;
        }));
        Assert.Equal(5, _line.Cursor);
    }

    [Fact]
    public void Control_characters_are_not_text()
    {
        Press(ConsoleKey.G, control: true);
        _line.Press(Key(ConsoleKey.Escape, '\e'));
        Assert.Equal("", _line.Text);
    }

    [Fact]
    public void Long_line_is_shown_around_its_cursor()
    {
        Type("0123456789");
        Assert.Equal(("6789", 4), _line.View(5));
        Press(ConsoleKey.Home);
        Assert.Equal(("0123…", 0), _line.View(5));
    }

    private void Enter(string text)
    {
        Type(text);
        _line.Press(Key(ConsoleKey.Enter, '\r'));
    }

    private void Type(string text)
    {
        foreach (char letter in text) _line.Press(Key(ConsoleKey.None, letter));
    }

    private void Press(ConsoleKey key, bool control = false) => _line.Press(new ConsoleKeyInfo('\0', key, shift: false, alt: false, control));

    private static ConsoleKeyInfo Key(ConsoleKey key, char letter) => new(letter, key, shift: false, alt: false, control: false);
}
